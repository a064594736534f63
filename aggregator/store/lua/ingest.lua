-- Store one item as one poll saw it: new, updated, known or stale.
-- KEYS: article, day, open, closed, wait, lease, owner and tries of page, the same of text, then the item's names (guid,
--   address)
-- ARGV: id, now, hash, run, stage, day or '', day score, article ttl s, identity ttl s, source,
--       ready, size, stage it begins at (page or text) unless it is too old, ids of articles that names may pass from
--       (commas between), then field, value... of the record
-- -> {what, id, why it is no new article or ''}; what 'clash' when a name belongs to yet another article, or the day
--   closed a moment ago: the caller looks again
-- 'rev' is the fence that every later step checks; 'edits' is what readers see: changes by the same source in a later run.
local id, now, hash, run, stage = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local waits = {page = KEYS[5], text = KEYS[9]}
local known = false
for i = 13, #KEYS do
  local owner = redis.call('GET', KEYS[i])
  if owner and owner ~= id and not string.find(ARGV[14], owner, 1, true) then return {'clash', owner, ''} end
  if owner == id then known = true end
end
local rec = redis.call('HMGET', KEYS[1], 'hash', 'rev', 'run', 'first_run', 'stage', 'source', 'size')
if not rec[1] and not known and ARGV[6] ~= '' and redis.call('ZSCORE', KEYS[4], ARGV[6]) then return {'clash', id, ''} end
for i = 13, #KEYS do redis.call('SET', KEYS[i], id, 'EX', ARGV[9]) end
if not rec[1] then
  if known then return {'known', id, 'no longer kept'} end  -- kept in mind after its record's retention ended
  redis.call('HSET', KEYS[1], 'id', id, 'hash', hash, 'rev', 1, 'run', run, 'first_run', run, 'stage', stage,
    'edits', 0, 'seen_at', now, 'day', ARGV[6], 'source', ARGV[10], unpack(ARGV, 15))
  redis.call('EXPIRE', KEYS[1], ARGV[8])
  if stage == 'stale' then return {'stale', id, 'too old'} end
  redis.call('SADD', KEYS[2], id)
  redis.call('EXPIRE', KEYS[2], ARGV[8])
  redis.call('ZADD', KEYS[3], ARGV[7], ARGV[6])
  redis.call('ZADD', waits[stage], ARGV[11], id)
  return {'new', id, ''}
end
-- What this source stored in this same run, before it was interrupted, counts as it did then.
local again = rec[3] == run and rec[6] == ARGV[10]
if rec[1] == hash then
  if again and rec[5] == 'stale' then return {'stale', id, 'too old'} end
  if again and rec[2] == '1' then return {'new', id, ''} end
  if again then return {'updated', id, 'edited'} end
  return {'known', id, 'unchanged'}
end
-- Two feeds of one outlet give one article in full and as a teaser. The fuller one is kept, whichever came first, and of
-- two equal ones that of the source whose id sorts first; so the order of polls does not matter.
local size, stored = tonumber(ARGV[12]), tonumber(rec[7])
if rec[6] ~= ARGV[10] and not (size > stored or (size == stored and ARGV[10] < rec[6])) then
  return {'known', id, 'fuller in another feed'}
end
redis.call('HSET', KEYS[1], 'hash', hash, 'run', run, 'source', ARGV[10], unpack(ARGV, 15))
redis.call('EXPIRE', KEYS[1], ARGV[8])
if rec[5] == 'stale' then return {'known', id, 'too old'} end
redis.call('HINCRBY', KEYS[1], 'rev', 1)
if rec[6] == ARGV[10] and rec[3] ~= run then redis.call('HINCRBY', KEYS[1], 'edits', 1) end
redis.call('HSET', KEYS[1], 'stage', ARGV[13])
-- Whoever works on the older words loses the lease; other stages check the stage before they move it.
for i = 5, 9, 4 do
  redis.call('ZREM', KEYS[i], id)
  redis.call('ZREM', KEYS[i + 1], id)
  redis.call('HDEL', KEYS[i + 2], id)
  redis.call('HDEL', KEYS[i + 3], id)
end
redis.call('ZADD', waits[ARGV[13]], ARGV[11], id)
-- The other feed of this outlet brought it in this run, and this one has more of it: counted there.
if rec[3] == run and not again then return {'known', id, 'counted in another feed'} end
if again and rec[4] == run then return {'new', id, ''} end
return {'updated', id, 'edited'}
