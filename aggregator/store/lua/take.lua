-- Take ready items of a stage under a lease. What was in hand when a lease ran out is taken alone: it may be what ended
-- its worker, and the others of a batch do not pay for it.
-- KEYS: wait, lease, owner, tries   ARGV: now, lease end, limit, token   -> {id, tries, id, tries, ...}
local taken = {}
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, ARGV[3])) do
  local alone = tonumber(redis.call('HGET', KEYS[4], id) or 0) >= 1000
  if not alone or #taken == 0 then
    redis.call('ZREM', KEYS[1], id)
    redis.call('ZADD', KEYS[2], ARGV[2], id)
    redis.call('HSET', KEYS[3], id, ARGV[4])
    taken[#taken + 1] = id
    taken[#taken + 1] = redis.call('HINCRBY', KEYS[4], id, 1)
    if alone then break end
  end
end
return taken
