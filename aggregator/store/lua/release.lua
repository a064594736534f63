-- Give items back to wait, if the token still holds them.
-- KEYS: tries, wait, lease, owner, paused (of sources)   ARGV: ready at, token, 1 if this was no try, id...
-- -> how many it still held
local held = 0
for i = 4, #ARGV do
  local id = ARGV[i]
  if redis.call('HGET', KEYS[4], id) == ARGV[2] then
    redis.call('ZREM', KEYS[3], id)
    redis.call('HDEL', KEYS[4], id)
    if ARGV[3] == '1' then redis.call('HINCRBY', KEYS[1], id, -1) end
    if not KEYS[5] or redis.call('HEXISTS', KEYS[5], id) == 0 then redis.call('ZADD', KEYS[2], ARGV[1], id) end
    held = held + 1
  end
end
return held
