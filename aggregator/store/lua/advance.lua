-- Move one article on from a stage that was worked on under a lease.
-- KEYS: article, lease, owner, tries, wait of the old stage, wait of the next, wait:group, closed
-- ARGV: id, token, rev, old stage, next stage, ready at, extent ('' where there is none), then field, value...
--   -> 1 done, 0 lost
if redis.call('HGET', KEYS[3], ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('HDEL', KEYS[3], ARGV[1])
redis.call('HDEL', KEYS[4], ARGV[1])
local rec = redis.call('HMGET', KEYS[1], 'rev', 'stage', 'day', 'tr_ask')
-- Edited meanwhile (it waits for its text stage again), moved by somebody else, or past its retention.
if rec[1] ~= ARGV[3] or rec[2] ~= ARGV[4] then return 0 end
-- Whoever read it took its day for closed; it was put off to a day that is not.
local to = ARGV[5]
if to == 'done' and not redis.call('ZSCORE', KEYS[8], rec[3]) then to = 'group' end
-- A plan asked for more of it while it was in hand: the next one sends it back.
if ARGV[7] ~= '' and rec[4] and rec[4] ~= ARGV[7] then to = 'group' end
redis.call('HSET', KEYS[1], 'stage', to, unpack(ARGV, 8))
redis.call('ZREM', KEYS[5], ARGV[1])
if to == 'group' then
  redis.call('ZADD', KEYS[7], ARGV[6], ARGV[1])
elseif to ~= 'done' then
  redis.call('ZADD', KEYS[6], ARGV[6], ARGV[1])
end
return 1
