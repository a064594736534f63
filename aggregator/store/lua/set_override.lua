-- Keep or take back an override of two articles, and have them grouped again if their digest is still open.
-- KEYS: overrides, open, wait:group, wait:compose, article, article
-- ARGV: field, value ('' takes back), now, id, id   -> articles sent to be grouped again
if ARGV[2] == '' then
  redis.call('HDEL', KEYS[1], ARGV[1])
else
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
end
local again = 0
for i = 5, 6 do
  local rec = redis.call('HMGET', KEYS[i], 'stage', 'day')
  local settled = rec[1] == 'done' or rec[1] == 'compose'
  if settled and rec[2] and redis.call('ZSCORE', KEYS[2], rec[2]) then
    redis.call('HSET', KEYS[i], 'stage', 'group')
    redis.call('ZREM', KEYS[4], ARGV[i - 1])
    redis.call('ZADD', KEYS[3], ARGV[3], ARGV[i - 1])
    again = again + 1
  end
end
return again
