-- wrk script: GET one path.  wrk -t1 -c64 -d10s -s read.lua URL -- PATH
dofile("outcome.lua")

function init(args)
  wrk.method, wrk.path = "GET", args[1]
end
