-- Note what came of a picture, and keep it if there is one; the oldest go when there are too many or they are too large.
-- KEYS: record, kept ones, their bytes, lease, owner, tries
-- ARGV: id, token, now, what came of it, width, height, bytes ('' for no picture), oldest kept, most, most bytes
-- -> 1 done, 0 not: somebody else has it
if redis.call('HGET', KEYS[5], ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('ZREM', KEYS[4], ARGV[1])
redis.call('HDEL', KEYS[5], ARGV[1])
redis.call('HDEL', KEYS[6], ARGV[1])
redis.call('HSET', KEYS[1], 'said', ARGV[4])
if ARGV[7] == '' then return 1 end
redis.call('HSET', KEYS[1], 'width', ARGV[5], 'height', ARGV[6])
redis.call('ZADD', KEYS[2], ARGV[3], ARGV[1])
redis.call('HSET', KEYS[3], ARGV[1], ARGV[7])
local kept = redis.call('ZRANGE', KEYS[2], 0, -1, 'WITHSCORES')
local bytes = 0
for at = 1, #kept, 2 do bytes = bytes + redis.call('HSTRLEN', KEYS[3], kept[at]) end
local count = #kept / 2
for at = 1, #kept, 2 do
  local old = tonumber(kept[at + 1]) < tonumber(ARGV[8])
  if not old and count <= tonumber(ARGV[9]) and bytes <= tonumber(ARGV[10]) then break end
  bytes = bytes - redis.call('HSTRLEN', KEYS[3], kept[at])
  count = count - 1
  redis.call('HDEL', KEYS[3], kept[at])
  redis.call('ZREM', KEYS[2], kept[at])
end
return 1
