-- Let exactly these sources be polled, but for those an operator paused: new ones at once, others keep their time.
-- KEYS: wait, lease, paused   ARGV: id...   -> how many were added
local wanted, added = {}, 0
for _, id in ipairs(ARGV) do
  if redis.call('HEXISTS', KEYS[3], id) == 0 then wanted[id] = true end
end
for _, id in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  if not wanted[id] then redis.call('ZREM', KEYS[1], id) end
end
for id in pairs(wanted) do
  if not redis.call('ZSCORE', KEYS[2], id) then added = added + redis.call('ZADD', KEYS[1], 'NX', 0, id) end
end
return added
