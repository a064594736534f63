-- Prolong the leases that the token still holds.
-- KEYS: lease, owner   ARGV: new end, token, id...   -> how many it still held
local held = 0
for i = 3, #ARGV do
  if redis.call('HGET', KEYS[2], ARGV[i]) == ARGV[2] then
    redis.call('ZADD', KEYS[1], ARGV[1], ARGV[i])
    held = held + 1
  end
end
return held
