-- Remember translations, in two generations of bounded size.
-- KEYS: current, previous. ARGV: most in a generation, then field, value, ...
-- When the current one is full it becomes the previous one, whose place it takes; what is asked for again is written
-- anew by whoever asked, so that only what nobody wants is forgotten.
for i = 2, #ARGV, 2 do
  redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
end
if redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[1]) then
  redis.call('RENAME', KEYS[1], KEYS[2])
end
return 1
