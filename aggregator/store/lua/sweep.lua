-- Hand out again what expired leases hold, and count that they expired.
-- KEYS: tries, wait, lease, owner, paused (of sources)   ARGV: now, limit, the latest end that a lease can have, the latest
--   start that what waits can have   -> ids handed out again
-- A lease that ends later, or work that may begin later, was written by a clock that was ahead and was set right since.
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], '(' .. ARGV[3], '+inf', 'LIMIT', 0, ARGV[2])) do
  redis.call('ZADD', KEYS[3], ARGV[3], id)
end
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '(' .. ARGV[4], '+inf', 'LIMIT', 0, ARGV[2])) do
  redis.call('ZADD', KEYS[2], ARGV[1], id)
end
local lost = redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', ARGV[1], 'LIMIT', 0, ARGV[2])
for _, id in ipairs(lost) do
  redis.call('ZREM', KEYS[3], id)
  redis.call('HDEL', KEYS[4], id)
  redis.call('HINCRBY', KEYS[1], id, 1000)
  if not KEYS[5] or redis.call('HEXISTS', KEYS[5], id) == 0 then redis.call('ZADD', KEYS[2], ARGV[1], id) end
end
return lost
