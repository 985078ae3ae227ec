-- Works on the selected audio item: puts it on the grid, splits it into stems on tracks of their own, writes down its notes as
-- MIDI items, or makes a part that goes with it. In REAPER: Actions > Show action list > New action > Load ReaScript.

-- The command's whole path, where REAPER does not find it: `which sidecrate` prints it
-- (on Windows `where sidecrate`).
local COMMAND = 'sidecrate'
-- Timeout of the command: REAPER stands still meanwhile.
local LONGEST_WAIT_MS = 600000

-- What can be done, by the word that is typed. on_grid: whether the project's tempo is asked for.
local WISHES = {
  fit = { verb = 'fit', on_grid = true },
  split = { verb = 'split' },
  notes = { verb = 'transcribe' },
  part = { verb = 'make', on_grid = true, options = ' --use accompany' },
}

local function tell(text)
  reaper.ShowMessageBox(text, 'Sidecrate', 0)
end

-- A text without characters that a shell or REAPER might interpret.
local function plain(text)
  return (text:gsub('["%%$`%c]', ' '))
end

local function quoted(text)
  return '"' .. plain(text) .. '"'
end

-- A text value of a line of JSON, which the command writes in ASCII; nil where it has none.
local function text_of(line, name)
  local raw = line:match('"' .. name .. '": "(.-[^\\])"')
  if not raw then return nil end
  raw = raw:gsub('\\u([dD][89aAbB]%x%x)\\u([dD][c-fC-F]%x%x)', function(high, low)
    return utf8.char(0x10000 + (tonumber(high, 16) - 0xD800) * 1024 + tonumber(low, 16) - 0xDC00)
  end)
  raw = raw:gsub('\\u(%x%x%x%x)', function(digits) return utf8.char(tonumber(digits, 16)) end)
  return (raw:gsub('\\([\\"/])', '%1'))
end

-- The selected item's file and what of it sounds, in seconds; nil and why not.
local function selected_sound()
  local item = reaper.GetSelectedMediaItem(0, 0)
  if not item then return nil, 'Select an audio item first.' end
  local take = reaper.GetActiveTake(item)
  if not take or reaper.TakeIsMIDI(take) then
    return nil, 'The selected item has no sound; the script Sidecrate works on MIDI.'
  end
  local source = reaper.GetMediaItemTake_Source(take)
  local from_s = reaper.GetMediaItemTakeInfo_Value(take, 'D_STARTOFFS')
  local rate = reaper.GetMediaItemTakeInfo_Value(take, 'D_PLAYRATE')
  local to_s = from_s + reaper.GetMediaItemInfo_Value(item, 'D_LENGTH') * rate
  -- a section or a reversed take stands before the file itself, and the item's times count from its start
  while true do
    local is_section, starts_s, length_s, is_reversed = reaper.PCM_Source_GetSectionInfo(source)
    if is_reversed then return nil, 'The selected item plays backwards; glue it first.' end
    if is_section then from_s, to_s = starts_s + from_s, starts_s + math.min(to_s, length_s) end
    local parent = reaper.GetMediaSourceParent(source)
    if not parent then break end
    source = parent
  end
  local path = reaper.GetMediaSourceFileName(source, '')
  if path == '' then return nil, 'The selected item has no file of its own; glue it first.' end
  if path ~= plain(path) then
    return nil, path .. ' cannot be passed on: its name has one of " % $ `. Rename it, or glue the item.'
  end
  local at_s = reaper.GetMediaItemInfo_Value(item, 'D_POSITION')
  return { path = path, from_s = math.max(0, from_s), to_s = to_s, at_s = at_s }
end

-- Tempo in quarter notes a minute, whatever the signature counts in, and the signature.
local function grid_at(time_s)
  local quarter = reaper.TimeMap2_timeToQN(0, time_s)
  local length_s = reaper.TimeMap2_QNToTime(0, quarter + 1) - reaper.TimeMap2_QNToTime(0, quarter)
  local beats, unit = reaper.TimeMap_GetTimeSigAtTime(0, time_s)
  return 60 / length_s, beats, unit
end

local function ask()
  local fields = 'fit / split / notes / part,Part: what do you want to hear?,extrawidth=240,separator=\n'
  local ok, said = reaper.GetUserInputs('Sidecrate', 2, fields, 'split\n')
  if not ok then return nil end
  local word, prompt = said:match('^%s*(%a*)%s*\n(.*)$')
  local wish = WISHES[(word or ''):lower()]
  if not wish then
    tell('Write fit, split, notes or part into the first line.')
    return nil
  end
  if wish.verb == 'make' and not prompt:find('%S') then
    tell('Say in the second line what the part is, as in: warm bass line.')
    return nil
  end
  return wish, prompt
end

local function command_of(wish, prompt, sound)
  local line = quoted(COMMAND) .. ' ' .. wish.verb .. ' --json' .. (wish.options or '')
  if wish.on_grid then
    line = line .. string.format(' --bpm %.3f --meter %d/%d', grid_at(sound.at_s))
  end
  line = line .. string.format(' --reference-start %.6f --reference-end %.6f', sound.from_s, sound.to_s)
  if wish.verb == 'make' then
    return line .. ' --reference ' .. quoted(sound.path) .. ' -- ' .. quoted(prompt)
  end
  return line .. ' -- ' .. quoted(sound.path)
end

-- Put each clip at a time, on a new track: stems and notes beside each other, as they belong.
local function place(said, at_s)
  local code, lines = said:match('^(%-?%d+)\r?\n(.*)$')
  local before_s = reaper.GetCursorPosition()
  local placed, why = 0, nil
  for line in (lines or ''):gmatch('[^\r\n]+') do
    local path = text_of(line, 'path')
    if path then
      -- inserting moves the cursor
      reaper.SetEditCurPos(at_s, false, false)
      reaper.InsertMedia(path, 1)
      placed = placed + 1
    else
      why = text_of(line, 'text') or why
    end
  end
  reaper.SetEditCurPos(before_s, false, false)
  if placed == 0 then
    local exit = 'No clip came (exit code ' .. tostring(code) .. ').'
    tell(why or exit .. ' `sidecrate doctor` looks into it.')
  end
end

local sound, why = selected_sound()
if not sound then
  tell(why)
  return
end
local wish, prompt = ask()
if wish then
  local said = reaper.ExecProcess(command_of(wish, prompt, sound), LONGEST_WAIT_MS)
  if said then
    reaper.Undo_BeginBlock()
    place(said, sound.at_s)
    reaper.Undo_EndBlock('Sidecrate: ' .. wish.verb, -1)
    reaper.UpdateArrange()
  else
    tell(COMMAND .. ' could not be started.'
      .. ' Write its whole path into COMMAND, at the top of this script.')
  end
end
