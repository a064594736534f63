-- Have what was given up of a whole article tried again, and forget the dead letter.
-- KEYS: dead letters, their records, record, finished ones, wait   ARGV: dead letter, id, now   -> 1 done, 0 not kept any more
redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[2], ARGV[1])
if redis.call('EXISTS', KEYS[3]) == 0 then return 0 end
redis.call('HSET', KEYS[3], 'finished', '0')
redis.call('ZREM', KEYS[4], ARGV[2])
redis.call('ZADD', KEYS[5], ARGV[3], ARGV[2])
return 1
