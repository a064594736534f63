-- Store items as one poll saw them, one after the other: each new, updated, known or stale.
-- KEYS: open, closed, wait, lease, owner and tries of page, the same of text; then for each item: article, day, and its names
--   (guid, address)
-- ARGV: article ttl s, identity ttl s; then for each item: how many names, id, now, hash, run, stage, day or '', day score,
--   source, ready, size, stage it begins at (page or text) unless it is too old, ids of articles that names may pass from
--   (commas between), outlet, its deciding name, title, the item itself
-- -> for each item: what, why it is no new article or ''; what 'clash' when a name belongs to yet another article, or the
--   day closed a moment ago: the caller looks again
-- 'rev' is the fence that every later step checks; 'edits' is what readers see: changes by the same source in a later run.
local SHARED_KEYS, SHARED_ARGS, ARGS = 10, 2, 17
local waits = {page = KEYS[3], text = KEYS[7]}
local told_days = {}

local function store(k, a)
  local article_key, day_key, first_name, last_name = KEYS[k], KEYS[k + 1], k + 2, k + 1 + ARGV[a]
  local id, now, hash, run, stage, day, score, source, ready = unpack(ARGV, a + 1, a + 9)
  local size, first, others, outlet, name, title, raw = unpack(ARGV, a + 10, a + 16)
  local known = false
  for i = first_name, last_name do
    local owner = redis.call('GET', KEYS[i])
    if owner and owner ~= id and not string.find(others, owner, 1, true) then return 'clash', '' end
    if owner == id then known = true end
  end
  local rec = redis.call('HMGET', article_key, 'hash', 'rev', 'run', 'first_run', 'stage', 'source', 'size')
  if not rec[1] and not known and day ~= '' and redis.call('ZSCORE', KEYS[2], day) then return 'clash', '' end
  for i = first_name, last_name do redis.call('SET', KEYS[i], id, 'EX', ARGV[2]) end
  if not rec[1] then
    if known then return 'known', 'no longer kept' end  -- kept in mind after its record's retention ended
    redis.call('HSET', article_key, 'id', id, 'hash', hash, 'rev', 1, 'run', run, 'first_run', run, 'stage', stage,
      'edits', 0, 'seen_at', now, 'day', day, 'source', source, 'outlet', outlet, 'name', name, 'title', title,
      'size', size, 'raw', raw)
    redis.call('EXPIRE', article_key, ARGV[1])
    if stage == 'stale' then return 'stale', 'too old' end
    redis.call('SADD', day_key, id)
    if not told_days[day] then
      redis.call('EXPIRE', day_key, ARGV[1])
      redis.call('ZADD', KEYS[1], score, day)
      told_days[day] = true
    end
    redis.call('ZADD', waits[stage], ready, id)
    return 'new', ''
  end
  -- What this source stored in this same run, before it was interrupted, counts as it did then.
  local again = rec[3] == run and rec[6] == source
  if rec[1] == hash then
    if again and rec[5] == 'stale' then return 'stale', 'too old' end
    if again and rec[2] == '1' then return 'new', '' end
    if again then return 'updated', 'edited' end
    return 'known', 'unchanged'
  end
  -- Two feeds of one outlet give one article in full and as a teaser. The fuller one is kept, whichever came first, and of
  -- two equal ones that of the source whose id sorts first; so the order of polls does not matter.
  local fuller, stored = tonumber(size), tonumber(rec[7])
  if rec[6] ~= source and not (fuller > stored or (fuller == stored and source < rec[6])) then
    return 'known', 'fuller in another feed'
  end
  redis.call('HSET', article_key, 'hash', hash, 'run', run, 'source', source, 'outlet', outlet, 'name', name,
    'title', title, 'size', size, 'raw', raw)
  redis.call('EXPIRE', article_key, ARGV[1])
  if rec[5] == 'stale' then return 'known', 'too old' end
  redis.call('HINCRBY', article_key, 'rev', 1)
  if rec[6] == source and rec[3] ~= run then redis.call('HINCRBY', article_key, 'edits', 1) end
  redis.call('HSET', article_key, 'stage', first)
  -- Whoever works on the older words loses the lease; other stages check the stage before they move it.
  for i = 3, 7, 4 do
    redis.call('ZREM', KEYS[i], id)
    redis.call('ZREM', KEYS[i + 1], id)
    redis.call('HDEL', KEYS[i + 2], id)
    redis.call('HDEL', KEYS[i + 3], id)
  end
  redis.call('ZADD', waits[first], ready, id)
  -- The other feed of this outlet brought it in this run, and this one has more of it: counted there.
  if rec[3] == run and not again then return 'known', 'counted in another feed' end
  if again and rec[4] == run then return 'new', '' end
  return 'updated', 'edited'
end

local answers = {}
local k = SHARED_KEYS + 1
for a = SHARED_ARGS + 1, #ARGV, ARGS do
  local what, why = store(k, a)
  answers[#answers + 1] = what
  answers[#answers + 1] = why
  k = k + 2 + ARGV[a]
end
return answers
