-- Orders clips from Sidecrate at this project's tempo and time signature, and puts them at the edit
-- cursor. In REAPER: Actions > Show action list > New action > Load ReaScript.

-- The command's whole path, where REAPER does not find it: `which sidecrate` prints it
-- (on Windows `where sidecrate`).
local COMMAND = 'sidecrate'
-- Timeout of the command: REAPER stands still meanwhile.
local LONGEST_WAIT_MS = 300000

local function tell(text)
  reaper.ShowMessageBox(text, 'Sidecrate', 0)
end

-- An argument of a command line, without characters that a shell or REAPER might interpret.
local function quoted(text)
  local plain = text:gsub('["\\%%$`%c]', ' ')
  return '"' .. plain .. '"'
end

-- A Unicode character as UTF-8.
local function utf8_of(code)
  if code < 0x80 then return string.char(code) end
  if code < 0x800 then return string.char(0xC0 + math.floor(code / 64), 0x80 + code % 64) end
  local last = string.char(0x80 + math.floor(code / 64) % 64, 0x80 + code % 64)
  if code < 0x10000 then return string.char(0xE0 + math.floor(code / 4096)) .. last end
  return string.char(0xF0 + math.floor(code / 262144), 0x80 + math.floor(code / 4096) % 64) .. last
end

-- A text value of a line of JSON; nil where it has none. The command writes one such line a clip,
-- in ASCII.
local function text_of(line, name)
  local raw = line:match('"' .. name .. '": "(.-[^\\])"')
    or line:match('"' .. name .. '": "(\\\\)"')
  if not raw then return nil end
  raw = raw:gsub('\\u([dD][89aAbB]%x%x)\\u([dD][c-fC-F]%x%x)', function(high, low)
    return utf8_of(0x10000 + (tonumber(high, 16) - 0xD800) * 1024 + tonumber(low, 16) - 0xDC00)
  end)
  raw = raw:gsub('\\u(%x%x%x%x)', function(digits) return utf8_of(tonumber(digits, 16)) end)
  raw = raw:gsub('\\([\\"/])', '%1')
  return raw
end

-- Tempo in quarter notes a minute: from the quarter that begins there, whatever the signature
-- counts in.
local function tempo_at(time_s)
  local quarter = reaper.TimeMap2_timeToQN(0, time_s)
  local length_s = reaper.TimeMap2_QNToTime(0, quarter + 1) - reaper.TimeMap2_QNToTime(0, quarter)
  return 60 / length_s
end

local function ask()
  local fields = 'What do you want to hear?,Bars,extrawidth=240,separator=\n'
  local ok, said = reaper.GetUserInputs('Sidecrate', 2, fields, '\n4')
  if not ok then return nil end
  local prompt, bars = said:match('^(.-)\n(.*)$')
  if not prompt:find('%S') then return nil end
  return prompt, tonumber(bars)
end

local function make(prompt, bars)
  local now_s = reaper.GetCursorPosition()
  local beats, unit = reaper.TimeMap_GetTimeSigAtTime(0, now_s)
  local options = string.format('--bpm %.3f --meter %d/%d', tempo_at(now_s), beats, unit)
  if bars then options = options .. string.format(' --bars %d', math.floor(bars)) end
  local command = quoted(COMMAND) .. ' make --json ' .. options .. ' -- ' .. quoted(prompt)
  return reaper.ExecProcess(command, LONGEST_WAIT_MS)
end

local function place(said)
  local code, lines = said:match('^(%-?%d+)\r?\n(.*)$')
  local placed, why = 0, nil
  for line in (lines or ''):gmatch('[^\r\n]+') do
    local path = text_of(line, 'path')
    if path then
      reaper.InsertMedia(path, 0)
      placed = placed + 1
    else
      why = text_of(line, 'text') or why
    end
  end
  if placed == 0 then
    local exit = 'No clip came (exit code ' .. tostring(code) .. ').'
    tell(why or exit .. ' `sidecrate doctor` looks into it.')
  end
end

local prompt, bars = ask()
if prompt then
  local said = make(prompt, bars)
  if said then
    reaper.Undo_BeginBlock()
    place(said)
    reaper.Undo_EndBlock('Sidecrate: ' .. prompt, -1)
    reaper.UpdateArrange()
  else
    tell(COMMAND .. ' could not be started.'
      .. ' Write its whole path into COMMAND, at the top of this script.')
  end
end
