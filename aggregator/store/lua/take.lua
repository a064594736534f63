-- Take ready items of a stage under a lease.
-- KEYS: wait, lease, owner, tries   ARGV: now, lease end, limit, token   -> {id, tries, id, tries, ...}
local taken = {}
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, ARGV[3])) do
  redis.call('ZREM', KEYS[1], id)
  redis.call('ZADD', KEYS[2], ARGV[2], id)
  redis.call('HSET', KEYS[3], id, ARGV[4])
  taken[#taken + 1] = id
  taken[#taken + 1] = redis.call('HINCRBY', KEYS[4], id, 1)
end
return taken
