-- Let nobody ask a host before a moment; a moment that was said before is never shortened.
-- KEYS: host, hosts   ARGV: now, host, until, why   -> 1 done, 0 it is closed for longer
local now, till = tonumber(ARGV[1]), tonumber(ARGV[3])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
if (tonumber(redis.call('HGET', KEYS[1], 'closed')) or 0) >= till then return 0 end
redis.call('HSET', KEYS[1], 'closed', ARGV[3], 'why', ARGV[4], 'said', ARGV[1])
-- Kept a minute beyond its end: the server's clock is another than the one that is asked by.
local wanted = math.max(till - now, 0) + 60000
if redis.call('PTTL', KEYS[1]) < wanted then redis.call('PEXPIRE', KEYS[1], string.format('%.0f', wanted)) end
redis.call('ZADD', KEYS[2], ARGV[3], ARGV[2])
return 1
