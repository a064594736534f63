-- Take a name for a time, if nobody has it.
-- KEYS: name   ARGV: token, lifetime in ms   -> 1 taken, 0 somebody has it
-- A name has a lifetime of its own that every caller gives alike. One that is to live longer was taken before the
-- server's clock was set back, and would else be held by nobody for as long as that.
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end
if redis.call('PTTL', KEYS[1]) > tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 0
