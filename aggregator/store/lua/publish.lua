-- Put a digest in place and its articles to rest, if nothing changed since it was composed.
-- KEYS: lock, digest, digests, open, closed, wait:compose, wait:translate, article...
-- ARGV: token, digest, ttl s, day, day score, close (1) or not (0), then id, rev for each article
-- -> 1 done, 0 something changed, -1 lock lost
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return -1 end
for i = 8, #KEYS do
  local at = 7 + (i - 8) * 2
  local rec = redis.call('HMGET', KEYS[i], 'rev', 'stage')
  if rec[1] ~= ARGV[at + 1] then return 0 end
  if rec[2] ~= 'compose' and rec[2] ~= 'done' and not (ARGV[6] == '1' and rec[2] == 'translate') then return 0 end
end
redis.call('SET', KEYS[2], ARGV[2], 'EX', ARGV[3])
redis.call('ZADD', KEYS[3], ARGV[5], ARGV[4])
for i = 8, #KEYS do
  local id = ARGV[7 + (i - 8) * 2]
  redis.call('HSET', KEYS[i], 'stage', 'done')
  redis.call('ZREM', KEYS[6], id)
  redis.call('ZREM', KEYS[7], id)
end
if ARGV[6] == '1' then
  redis.call('ZREM', KEYS[4], ARGV[4])
  redis.call('ZADD', KEYS[5], ARGV[5], ARGV[4])
end
return 1
