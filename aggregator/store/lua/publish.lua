-- Put a digest in place and its articles to rest, if nothing changed since it was composed.
-- KEYS: lock, digest, digests, open, closed, wait:compose, wait:translate, day, corrected, told, article...
-- ARGV: token, digest, ttl s, day, day score, how (open, closes: further editions follow, closed), articles of the day
--   that were known and corrections that were ('' for any number), what threads need of its stories ('' for nothing),
--   its ttl s, then id, rev for each article
-- -> 1 done, 0 something changed, -1 lock lost
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return -1 end
local closing = ARGV[6] ~= 'open'
-- One that came since its articles were listed would be of a closed day, and never printed.
if closing and ARGV[7] ~= '' and redis.call('SCARD', KEYS[8]) ~= tonumber(ARGV[7]) then return 0 end
if closing and ARGV[8] ~= '' and redis.call('HLEN', KEYS[9]) ~= tonumber(ARGV[8]) then return 0 end
for i = 11, #KEYS do
  local at = 11 + (i - 11) * 2
  local rec = redis.call('HMGET', KEYS[i], 'rev', 'stage')
  if rec[1] ~= ARGV[at + 1] then return 0 end
  if rec[2] ~= 'compose' and rec[2] ~= 'done' and not (closing and rec[2] == 'translate') then return 0 end
end
redis.call('SET', KEYS[2], ARGV[2], 'EX', ARGV[3])
redis.call('ZADD', KEYS[3], ARGV[5], ARGV[4])
if ARGV[9] ~= '' then redis.call('SET', KEYS[10], ARGV[9], 'EX', ARGV[10]) end
for i = 11, #KEYS do
  local id = ARGV[11 + (i - 11) * 2]
  redis.call('HSET', KEYS[i], 'stage', 'done')
  redis.call('ZREM', KEYS[6], id)
  redis.call('ZREM', KEYS[7], id)
end
-- From the first closed edition on, no article may join the day; with the last one, nothing of it is left to do.
if closing then redis.call('ZADD', KEYS[5], ARGV[5], ARGV[4]) end
if ARGV[6] == 'closed' then redis.call('ZREM', KEYS[4], ARGV[4]) end
return 1
