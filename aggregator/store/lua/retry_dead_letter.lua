-- Send an article back to the stage that it went on without, and forget the dead letter.
-- KEYS: dead letters, their records, article, open, wait:text, wait:group, wait:translate, wait:compose, lease, owner, tries of the stage
-- ARGV: dead letter, article, stage, now   -> 1 done, 0 past its retention, -1 its digest is closed
local rec = redis.call('HMGET', KEYS[3], 'stage', 'day')
local function forget()
  redis.call('ZREM', KEYS[1], ARGV[1])
  redis.call('HDEL', KEYS[2], ARGV[1])
end
if not rec[1] or not rec[2] then
  forget()
  return 0
end
-- Planning has the article translated again, if it still leads a story; that means something while its digest is open.
local open = redis.call('ZSCORE', KEYS[4], rec[2])
if ARGV[3] == 'translate' and not open then return -1 end
local next = ARGV[3] == 'text' and 'text' or 'group'
forget()
-- An article that waits for its text stage, because it was edited meanwhile, comes to all the rest after it.
if rec[1] == 'text' or rec[1] == 'page' then return 1 end
redis.call('HINCRBY', KEYS[3], 'rev', 1)
redis.call('HSET', KEYS[3], 'stage', next)
if next == 'group' then redis.call('HDEL', KEYS[3], 'tr', 'tr_of', 'tr_ok') end
for i = 5, 8 do redis.call('ZREM', KEYS[i], ARGV[2]) end
redis.call('ZREM', KEYS[9], ARGV[2])
redis.call('HDEL', KEYS[10], ARGV[2])
redis.call('HDEL', KEYS[11], ARGV[2])
redis.call('ZADD', next == 'text' and KEYS[5] or KEYS[6], ARGV[4], ARGV[2])
return 1
