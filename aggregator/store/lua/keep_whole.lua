-- Keep a whole article that got further, if nobody else took it further meanwhile.
-- KEYS: record, finished ones, wait, lease, owner, tries
-- ARGV: id, token ('' for who holds no lease), sentences made before, now, sentences made, 1 if it is finished, record, oldest kept
-- -> 1 done, 0 not
if ARGV[2] ~= '' and redis.call('HGET', KEYS[5], ARGV[1]) ~= ARGV[2] then return 0 end
if redis.call('HGET', KEYS[1], 'made') ~= ARGV[3] then return 0 end
redis.call('HSET', KEYS[1], 'body', ARGV[7], 'made', ARGV[5], 'finished', ARGV[6])
-- It moved on: what it lost before is forgotten.
redis.call('HDEL', KEYS[6], ARGV[1])
if ARGV[6] == '1' then
  redis.call('ZREM', KEYS[3], ARGV[1])
  redis.call('ZREM', KEYS[4], ARGV[1])
  redis.call('HDEL', KEYS[5], ARGV[1])
  redis.call('ZADD', KEYS[2], ARGV[4], ARGV[1])
  redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', '(' .. ARGV[8])
end
return 1
