-- Prolong a lock that the token still holds.
-- KEYS: lock   ARGV: token, lifetime in ms   -> 1 prolonged, 0 not ours
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
