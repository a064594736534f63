-- Let a whole article wait to be put into English, once, and not behind too many others.
-- KEYS: record, wait, lease   ARGV: id, now, most that may wait ('' for any number), ttl s, record, sentences made
-- -> finished, waits, full or asked
local kept = redis.call('HMGET', KEYS[1], 'finished', 'body')
if kept[1] == '1' then return 'finished' end
if redis.call('ZSCORE', KEYS[3], ARGV[1]) then return 'waits' end
-- Who asks again changes nothing, but for one that was chosen ahead: those that readers ask for go first.
local score = redis.call('ZSCORE', KEYS[2], ARGV[1])
if score then
  if tonumber(ARGV[2]) < tonumber(score) then redis.call('ZADD', KEYS[2], ARGV[2], ARGV[1]) end
  return 'waits'
end
if ARGV[3] ~= '' and redis.call('ZCARD', KEYS[2]) >= tonumber(ARGV[3]) then return 'full' end
if not kept[2] then
  redis.call('HSET', KEYS[1], 'body', ARGV[5], 'made', ARGV[6], 'finished', '0')
  redis.call('EXPIRE', KEYS[1], ARGV[4])
end
redis.call('ZADD', KEYS[2], ARGV[2], ARGV[1])
return 'asked'
