-- Poll a paused source again, at once unless it is being polled.
-- KEYS: paused, wait, lease   ARGV: id   -> 1 done, 0 it was not paused
if redis.call('HDEL', KEYS[1], ARGV[1]) == 0 then return 0 end
if not redis.call('ZSCORE', KEYS[3], ARGV[1]) then redis.call('ZADD', KEYS[2], 'NX', 0, ARGV[1]) end
return 1
