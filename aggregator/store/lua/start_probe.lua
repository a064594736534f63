-- Begin a probe; one that was on its way is forgotten.
-- KEYS: probe   ARGV: id, now, pause in ms, then all steps in order
local before = redis.call('HGET', KEYS[1], 'now:began')
if not before or tonumber(ARGV[2]) - tonumber(before) > tonumber(ARGV[3]) then
  redis.call('HSET', KEYS[1], 'since', ARGV[2])
end
redis.call('HDEL', KEYS[1], 'now:english')
for i = 4, #ARGV do redis.call('HDEL', KEYS[1], 'now:' .. ARGV[i]) end
redis.call('HSET', KEYS[1], 'now:id', ARGV[1], 'now:began', ARGV[2])
return 1
