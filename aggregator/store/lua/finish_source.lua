-- End a poll: state, next due time and the account's line in one step, by whoever holds the lease.
-- KEYS: wait, lease, owner, tries, source, run, paused   ARGV: id, token, next due, state, report,
--   leases on it that ran out and are to be remembered
-- -> 1 done, 0 lease lost
if redis.call('HGET', KEYS[3], ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('HDEL', KEYS[3], ARGV[1])
redis.call('HDEL', KEYS[4], ARGV[1])
if ARGV[6] ~= '0' then redis.call('HSET', KEYS[4], ARGV[1], ARGV[6] * 1000) end
redis.call('SET', KEYS[5], ARGV[4])
if redis.call('HEXISTS', KEYS[7], ARGV[1]) == 0 then redis.call('ZADD', KEYS[1], ARGV[3], ARGV[1]) end
redis.call('HSET', KEYS[6], ARGV[1], ARGV[5])
return 1
