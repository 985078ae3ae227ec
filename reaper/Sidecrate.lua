-- Orders clips from Sidecrate at this project's tempo and time signature, and puts them at the edit
-- cursor. Where a MIDI item is selected, it asks what shall become of its notes. In REAPER: Actions > Show action list > New action > Load ReaScript.

-- The command's whole path, where REAPER does not find it: `which sidecrate` prints it
-- (on Windows `where sidecrate`).
local COMMAND = 'sidecrate'
-- Timeout of the command: REAPER stands still meanwhile.
local LONGEST_WAIT_MS = 300000

local NOT_STARTED = COMMAND .. ' could not be started.'
  .. ' Write its whole path into COMMAND, at the top of this script.'

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

-- A number of bars that was typed, nil where none was; second: whether it can be one.
local function bars_of(text)
  local bars = tonumber(text)
  if bars and bars >= 1 and bars <= 64 then return math.floor(bars), true end
  if not text:find('%S') then return nil, true end
  tell('Bars: ' .. text .. ' is no number from 1 to 64. Left empty, Sidecrate chooses.')
  return nil, false
end

local function ask()
  local fields = 'What do you want to hear?,Bars,extrawidth=240,separator=\n'
  local ok, said = reaper.GetUserInputs('Sidecrate', 2, fields, '\n4')
  if not ok then return nil end
  local prompt, bars = said:match('^(.-)\n(.*)$')
  if not prompt:find('%S') then return nil end
  local count, is_sure = bars_of(bars)
  if not is_sure then return nil end
  return prompt, count
end

local function make(prompt, bars)
  local now_s = reaper.GetCursorPosition()
  local beats, unit = reaper.TimeMap_GetTimeSigAtTime(0, now_s)
  local options = string.format('--bpm %.3f --meter %d/%d', tempo_at(now_s), beats, unit)
  if bars then options = options .. string.format(' --bars %d', bars) end
  local command = quoted(COMMAND) .. ' make --json ' .. options .. ' -- ' .. quoted(prompt)
  return reaper.ExecProcess(command, LONGEST_WAIT_MS)
end

-- Puts the clips of the command's answer into the project: mode 0 on the track that was touched last,
-- 1 on a new one.
local function place(said, mode)
  local code, lines = said:match('^(%-?%d+)\r?\n(.*)$')
  local placed, why = 0, nil
  for line in (lines or ''):gmatch('[^\r\n]+') do
    local path = text_of(line, 'path')
    if path then
      reaper.InsertMedia(path, mode)
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

-- The first selected item that holds MIDI, and its take; nil where there is none.
local function selected_notes()
  for n = 0, reaper.CountSelectedMediaItems(0) - 1 do
    local item = reaper.GetSelectedMediaItem(0, n)
    local take = reaper.GetActiveTake(item)
    if take and reaper.TakeIsMIDI(take) then return item, take end
  end
  return nil
end

local PER_QUARTER = 960

local function big_endian(value, count)
  local bytes = ''
  for _ = 1, count do
    bytes = string.char(value % 256) .. bytes
    value = math.floor(value / 256)
  end
  return bytes
end

local function variable_length(value)
  local bytes = string.char(value % 128)
  value = math.floor(value / 128)
  while value > 0 do
    bytes = string.char(128 + value % 128) .. bytes
    value = math.floor(value / 128)
  end
  return bytes
end

-- The notes of an item, from its start on, as events {tick, on, bytes}; and its length in ticks.
local function events_of(item, take)
  local starts_s = reaper.GetMediaItemInfo_Value(item, 'D_POSITION')
  local ends_s = starts_s + reaper.GetMediaItemInfo_Value(item, 'D_LENGTH')
  local first, last = reaper.TimeMap2_timeToQN(0, starts_s), reaper.TimeMap2_timeToQN(0, ends_s)
  local function tick(ppq)
    local quarter = reaper.MIDI_GetProjQNFromPPQPos(take, ppq)
    return math.floor((math.min(quarter, last) - first) * PER_QUARTER + 0.5)
  end
  local _, count = reaper.MIDI_CountEvts(take)
  local events = {}
  for n = 0, count - 1 do
    local _, _, muted, from, to, channel, pitch, velocity = reaper.MIDI_GetNote(take, n)
    local on, off = tick(from), tick(to)
    -- a looped or cut item holds notes that it does not play
    if not muted and on >= 0 and off > on then
      events[#events + 1] = { on, 1, string.char(0x90 + channel, pitch, velocity) }
      events[#events + 1] = { off, 0, string.char(0x80 + channel, pitch, 0) }
    end
  end
  -- what ends comes before what begins
  table.sort(events, function(a, b)
    if a[1] ~= b[1] then return a[1] < b[1] end
    if a[2] ~= b[2] then return a[2] < b[2] end
    return a[3] < b[3]
  end)
  return events, math.floor((last - first) * PER_QUARTER + 0.5)
end

-- A MIDI file of an item's notes, in REAPER's own folder; nil where it holds none. Second: why it
-- could not be written.
local function write_notes(item, take)
  local events, length = events_of(item, take)
  if #events == 0 then return nil, 'The item has no notes.' end
  local starts_s = reaper.GetMediaItemInfo_Value(item, 'D_POSITION')
  local beats, unit = reaper.TimeMap_GetTimeSigAtTime(0, starts_s)
  local power = 0
  while 2 ^ power < unit do power = power + 1 end
  local body = '\0\xff\x51\3' .. big_endian(math.floor(6e7 / tempo_at(starts_s) + 0.5), 3)
    .. '\0\xff\x58\4' .. string.char(beats, power, 24, 8)
  local now = 0
  for _, event in ipairs(events) do
    body = body .. variable_length(event[1] - now) .. event[3]
    now = event[1]
  end
  body = body .. variable_length(math.max(0, length - now)) .. '\xff\x2f\0'
  local path = reaper.GetResourcePath() .. '/Sidecrate notes.mid'
  local file, why = io.open(path, 'wb')
  if not file then return nil, why end
  file:write('MThd', big_endian(6, 4), big_endian(0, 2), big_endian(1, 2))
  file:write(big_endian(PER_QUARTER, 2), 'MTrk', big_endian(#body, 4), body)
  file:close()
  return path
end

-- What can become of notes: the options of each for the words that are typed.
local WORDS_OF = { groove = '--feel ', drumify = '--prompt ', render = '--prompt ', infill = '--marked ' }
local USES = { continue = true, vary = true, groove = true, drumify = true, render = true, infill = true }

local function work_on(item, take)
  local fields = 'continue, vary, groove, drumify, render or infill,Bars (continue),'
    .. 'Feel; words; bars 3-4 (infill),extrawidth=240,separator=\n'
  local ok, said = reaper.GetUserInputs('Sidecrate', 3, fields, 'continue\n4\n')
  if not ok then return end
  local use, bars, words = said:match('^%s*(.-)%s*\n(.-)\n(.*)$')
  if not USES[use] then
    tell(use .. ' is none of continue, vary, groove, drumify, render and infill.')
    return
  end
  local path, why = write_notes(item, take)
  if not path then
    tell(why)
    return
  end
  local starts_s = reaper.GetMediaItemInfo_Value(item, 'D_POSITION')
  local options = string.format(' --bpm %.3f', tempo_at(starts_s))
  if use == 'continue' then
    options = options .. ' --give new'
    local count, is_sure = bars_of(bars)
    if not is_sure then return end
    if count then options = options .. string.format(' --bars %d', count) end
  elseif WORDS_OF[use] and words:find('%S') then
    options = options .. ' ' .. WORDS_OF[use] .. quoted(words)
  end
  local command = quoted(COMMAND) .. ' ' .. use .. ' --json' .. options .. ' -- "' .. path .. '"'
  local answer = reaper.ExecProcess(command, LONGEST_WAIT_MS)
  if not answer then
    tell(NOT_STARTED)
    return
  end
  -- new bars follow the item on its track; anything else comes beside it, on a new one
  local after_s = starts_s + reaper.GetMediaItemInfo_Value(item, 'D_LENGTH')
  reaper.Undo_BeginBlock()
  reaper.SetEditCurPos(use == 'continue' and after_s or starts_s, false, false)
  if use == 'continue' then reaper.SetOnlyTrackSelected(reaper.GetMediaItem_Track(item)) end
  place(answer, use == 'continue' and 0 or 1)
  reaper.Undo_EndBlock('Sidecrate: ' .. use, -1)
  reaper.UpdateArrange()
end

local item, take = selected_notes()
if item then
  work_on(item, take)
  return
end

local prompt, bars = ask()
if prompt then
  local said = make(prompt, bars)
  if said then
    reaper.Undo_BeginBlock()
    place(said, 0)
    reaper.Undo_EndBlock('Sidecrate: ' .. prompt, -1)
    reaper.UpdateArrange()
  else
    tell(NOT_STARTED)
  end
end
