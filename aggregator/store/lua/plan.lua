-- Keep a day's stories and move its articles on, while the token holds the lock.
-- KEYS: lock, stories, wait:group, wait:translate, wait:compose, article...
-- ARGV: token, stories, ttl s, now, day, then id, rev, old stage, next stage, extent for each article   -> moved, or -1: lock lost
-- An article that was put off to another day meanwhile belongs to that day's plan, not to this one.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return -1 end
if ARGV[2] ~= '' then redis.call('SET', KEYS[2], ARGV[2], 'EX', ARGV[3]) end
local wait = {group = KEYS[3], translate = KEYS[4], compose = KEYS[5]}
local moved = 0
for i = 6, #KEYS do
  local at = 6 + (i - 6) * 5
  local id, rev, old, new = ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3]
  local rec = redis.call('HMGET', KEYS[i], 'rev', 'stage', 'day')
  if rec[1] == rev and rec[2] == old and rec[3] == ARGV[5] then
    redis.call('HSET', KEYS[i], 'stage', new)
    if new == 'translate' then redis.call('HSET', KEYS[i], 'tr_ask', ARGV[at + 4]) end
    if wait[old] then redis.call('ZREM', wait[old], id) end
    if wait[new] then redis.call('ZADD', wait[new], ARGV[4], id) end
    moved = moved + 1
  elseif not rec[2] and wait[old] then
    redis.call('ZREM', wait[old], id)  -- past its retention
  end
end
return moved
