-- Keep a day's stories and move its articles on, while the token holds the lock.
-- KEYS: lock, stories, wait:group, wait:translate, wait:compose, article...
-- ARGV: token, stories, ttl s, now, day, then id, rev, old stage, next stage, extent for each article
--   -> 0: kept, -1: lock lost, -2: an article has gone on meanwhile as it was planned; nothing is done
-- Of an article that was edited meanwhile, or was put off to another day, a later plan knows more: it is left alone. One
-- that was translated or printed meanwhile would be waited for by no plan, so this one is to be made anew.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return -1 end
local recs = {}
for i = 6, #KEYS do
  local at = 6 + (i - 6) * 5
  local rec = redis.call('HMGET', KEYS[i], 'rev', 'stage', 'day')
  recs[i] = {same = rec[1] == ARGV[at + 1] and rec[3] == ARGV[5], gone = not rec[2]}
  if recs[i].same and rec[2] ~= ARGV[at + 2] then return -2 end
end
if ARGV[2] ~= '' then redis.call('SET', KEYS[2], ARGV[2], 'EX', ARGV[3]) end
local wait = {group = KEYS[3], translate = KEYS[4], compose = KEYS[5]}
for i = 6, #KEYS do
  local at = 6 + (i - 6) * 5
  local id, old, new = ARGV[at], ARGV[at + 2], ARGV[at + 3]
  if recs[i].same then
    redis.call('HSET', KEYS[i], 'stage', new)
    if new == 'translate' then redis.call('HSET', KEYS[i], 'tr_ask', ARGV[at + 4]) end
    -- One that stays where it is may be in hand, and then waits nowhere.
    if old ~= new then
      if wait[old] then redis.call('ZREM', wait[old], id) end
      if wait[new] then redis.call('ZADD', wait[new], ARGV[4], id) end
    end
  elseif recs[i].gone and wait[old] then
    redis.call('ZREM', wait[old], id)  -- past its retention
  end
end
return 0
