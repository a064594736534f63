-- Give items back to wait, if the token still holds them.
-- KEYS: wait, lease, owner, paused (of sources)   ARGV: ready at, token, id...   -> how many it still held
local held = 0
for i = 3, #ARGV do
  if redis.call('HGET', KEYS[3], ARGV[i]) == ARGV[2] then
    redis.call('ZREM', KEYS[2], ARGV[i])
    redis.call('HDEL', KEYS[3], ARGV[i])
    if not KEYS[4] or redis.call('HEXISTS', KEYS[4], ARGV[i]) == 0 then redis.call('ZADD', KEYS[1], ARGV[1], ARGV[i]) end
    held = held + 1
  end
end
return held
