-- Says that a part is about to be sent, if the lock is still the token's and nothing is noted of the part yet.
-- KEYS: lock, delivery   ARGV: token, lease in ms, field of the part, what to note, lifetime of the delivery in s
-- Returns 1: send it; 0: something is noted already; -1: the lock is somebody else's.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return -1
end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
local begun = redis.call('HSETNX', KEYS[2], ARGV[3], ARGV[4])
redis.call('EXPIRE', KEYS[2], ARGV[5])
return begun
