-- Note that a step of the canary's probe is done; the last step makes it the last whole probe.
-- KEYS: probe   ARGV: id, step, now, step before ('' for the first), english, then all steps in order
-- -> 1 done, 0 another probe set out, or the step before is not done
if redis.call('HGET', KEYS[1], 'now:id') ~= ARGV[1] then return 0 end
if ARGV[4] ~= '' and redis.call('HEXISTS', KEYS[1], 'now:' .. ARGV[4]) == 0 then return 0 end
redis.call('HSETNX', KEYS[1], 'now:' .. ARGV[2], ARGV[3])
if ARGV[5] ~= '' then redis.call('HSET', KEYS[1], 'now:english', ARGV[5]) end
if ARGV[2] ~= ARGV[#ARGV] then return 1 end
local names = {'id', 'began', 'english'}
for i = 6, #ARGV do names[#names + 1] = ARGV[i] end
for _, name in ipairs(names) do
  local value = redis.call('HGET', KEYS[1], 'now:' .. name)
  if value then redis.call('HSET', KEYS[1], 'last:' .. name, value) end
end
return 1
