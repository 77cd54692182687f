"""Words that programmers use for one another, so that *average* finds a function called *mean*.

Strokes part the groups; every word of a group stands for every other, at a lower weight than the
word itself (see ``lexicon``). A group may be as wide as a habit: what a word of it finds still has
to be the best that the whole query finds. A word may be in several groups.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from babyagi_nb.agent.search.words import stem

__all__ = ["RELATED"]

_GROUPS = """
average avg mean / median middle / string str text / character char letter / folder dir directory
file filename document / path filepath pathname location
remove delete del erase drop discard unlink strip clear purge
add append insert push put attach include / combine join merge concatenate concat unite union
split separate divide partition tokenize break chop
create make build construct new generate produce instantiate
get fetch retrieve obtain read load receive access lookup
set assign put store update change modify alter / save write dump store persist export output
show display print render view present / find search locate lookup seek discover
check test verify validate is whether determine confirm ensure / compare diff difference contrast
count number amount quantity total how / sum total add
maximum max largest biggest greatest highest / minimum min smallest least lowest
list array sequence vector / dictionary dict mapping map hash associative
set unique distinct dedupe duplicate / number num integer int numeric digit figure
float decimal real fraction floating / boolean bool flag true
function func callable method callback procedure routine def / argument arg parameter param option
variable var / environment env / configuration config setting preference option
initialize init start begin setup / finish end stop terminate quit exit close conclude complete
kill terminate abort stop / run execute launch start invoke call perform
wait sleep pause delay block / time clock duration moment / date day calendar
timestamp datetime time date / millisecond ms / random rand shuffle arbitrary
sort order arrange rank / reverse backward invert flip / filter select choose pick keep
copy clone duplicate replicate / move rename relocate transfer
replace substitute swap sub exchange / convert transform translate change turn cast conversion
parse interpret analyze read decode / format pretty layout render
encode serialize escape quote dump / decode deserialize unescape unquote load
encrypt cipher encryption / password secret credential passphrase
hash digest checksum fingerprint / compress zip pack shrink deflate gzip
decompress unzip unpack extract expand inflate uncompress / archive zip tar bundle / open connect
connect connection link / disconnect close hangup / send transmit post deliver submit emit
receive recv accept get / download fetch retrieve / upload send store / request query ask
response reply answer / server host daemon service / address addr ip
url uri link address website web / http web / email mail message / message msg notice
log record logging / error exception failure fault problem / raise throw trigger / catch handle
warn warning alert / debug trace inspect / callstack traceback stack backtrace
thread concurrent parallel / process proc subprocess program / lock mutex acquire semaphore
release unlock free / queue fifo / asynchronous async coroutine await / task job work
schedule plan later timer / repeat loop iterate again cycle / iterate iterator traverse walk loop
recursive nested deep subdirectory tree / temporary temp tmp scratch / current present now working
previous prev last / next following / first head beginning start front / last tail end final rear
length len size long / width wide column / size bytes big large
empty blank nothing none null missing / null none missing nil / whitespace blank space indent
indent indentation / newline line linebreak / uppercase upper capital capitalize / lowercase lower
prefix start leading begin / suffix extension ending trailing / match pattern regex regexp regular
wildcard glob pattern / index position offset place / equal same identical equivalent
absolute full / round truncate / multiply product times / divide quotient division
remainder modulo mod / power exponent raise / root sqrt square / logarithm log
deviation stdev spread sd / variance dispersion / gaussian normal bell
chance probability likelihood random / mode frequent common / calculate compute calc evaluate
approximate estimate near close / permission mode chmod right access / owner user account
user username person login / login authenticate signin auth / logout signoff quit / group team
id identifier identity key uuid / key name / name title label called / tag label
element item entry member node component / node element tag xml / child descendant
parent ancestor / table database db / row record line / column field / json javascript
html webpage markup / xml markup / image picture photo / sound audio / python interpreter py
module library package import / package distribution dist installed / source code
class type kind / object obj instance / instance object / attribute property member field attr
inherit subclass mro / documentation doc docstring help comment / signature argument
test unittest assert / assert verify check expect / mock fake stub patch
benchmark timing measure profile / measure time / memory ram allocation
statistics stats summary report / version release / platform operating system os machine
computer machine host hardware / windows microsoft win / mac macos darwin apple
shell command terminal console bash / command cmd / terminal tty console screen / prompt ask input
input stdin / output stdout / stream pipe / pipe connect / buffer cache / cache memoize remember
enable activate on / disable deactivate off turn / allow permit / deny forbid refuse block prevent
hide mask conceal / invalid bad wrong broken / valid legal correct ok / protocol scheme
port socket / socket network connection / header field metadata / body payload content
content data / charset encoding codec / certificate cert ssl tls / cookie session
language locale translation / country region / translate gettext translation / month monthly
week weekday / year leap annual / copy backup / recover restore undo rollback / undo revert cancel
cancel abort / subscribe listen / notify signal inform alert / weight weighted / heap priority
tree hierarchy / graph network / topological dependency order
dependency requirement require need / similar close near fuzzy resemble alike
likeness ratio similarity / nearest closest / wrap fill / shorten truncate abbreviate collapse
join concatenate glue / flatten chain / pair tuple / range interval span
accumulate cumulative running / partial curry bind / decorator wrapper wrap decorate
context manager with / attach add / detach remove / percent quantile percentile
symlink symbolic link shortcut / mailbox inbox folder / inbox mailbox / exist present there
expired old outdated stale / recent new latest newest modified / newest latest
modified mtime change edit / obsolete deprecated / browser web tab / byte binary bytes
hex hexadecimal / base64 b64 / escape quote / quote quotation / tokenize lexical token
syntax grammar / ast syntax tree / compile bytecode / bytecode opcode instruction disassemble
disassemble dis / evaluate eval / safe secure safely / secure cryptographic / token secret
callback hook handler / handler hook / register subscribe enroll / unregister deregister
guess detect infer sniff determine / mimetype mime type / room space free usage capacity
drive disk volume / network interface adapter card / sign signature hmac authenticate
architecture cpu processor machine / snippet statement code / typo misspelled spelling similar
sentence paragraph text / webpage page site url html / money currency price amount
elapsed duration time / deadline timeout expire limit / shrink reduce compress smaller
unordered shuffle / occurrence count frequency times / word token
simultaneously concurrently parallel together / background thread / crash fail error
skip ignore suppress omit / user person / change differ / trim strip whitespace
pad fill justify align / center middle / slice chunk batch part piece segment portion subset
zip pair / lazy deferred late postpone / finish done complete / fast quick speed
parent super base / override replace / freeze immutable constant / interactive repl prompt console
line row / rule policy / child subprocess worker / worker pool / spawn fork start launch
drop ignore skip / peek look / supported available possible / available exist installed present
kind sort category / collection container / stack lifo / consecutive adjacent successive
consecutive window sliding rolling moving / rolling running / cross product cartesian
permutation arrangement ordering / combination choose subset / interleave alternate
bounds limits / clamp bound limit / toggle switch / nested inner / outer enclosing
greeting banner welcome / abbreviation short / spell pronounce / reload refresh / refresh update
hostname host domain / domain dns / mask netmask / subnet network / loopback local
whole entire full complete / partly partial / rate frequency / fast efficient optimized
slow delay / human readable pretty friendly / spreadsheet csv table / comma delimiter separator
delimiter separator / paragraph block / bold style / color colour / picture thumbnail image
zoom scale resize / scale normalize / normalize canonical standard / sanitize clean escape
clean purge clear / expand resolve substitute / home user / executable program binary
binary executable / exit return code status / status state condition / state snapshot
ready available / busy locked used / subclass derived child / subtract minus difference
minus negative / negate not invert opposite / positive plus / decrease decrement lower reduce
increase increment raise grow / clear forget reset wipe / epoch timestamp seconds
credential password login / crash exception traceback / pause suspend hold
failed failure unsuccessful / detail information info / compare match equal
keep preserve retain remember / enqueue put add push / disk storage file / answer status reply
encoding utf8 unicode charset / tcp socket network connection / detect guess whether sniff
report tell notify inform / chunk partial piece / json serialize / program script command
attachment part mime section / interpret understand parse / imap mail pop3 smtp / http web url
echo show print / hook override extend customize / count size number / take get pull pop
move seek position / sequence order / decode convert / default fallback / whether true check
form representation format / await wait until / background async thread / establish open connect
transmit send write / site host server / mail email inbox / year date calendar
month date calendar / child nested sub / reuse cache keep / save disk file
attribute field parameter / inner nested / original unwrapped / enumerate loop iterate
job task pending / tidy clean cleanup / nice pretty / peer remote client / client user agent
retry again repeat / sanity check / hint annotation type / annotation typing
dump serialize pickle / pickle serialize / marshal serialize / unmarshal deserialize
payload body / envelope header / sender recipient from / reach contact connect / rights permission
superuser root admin / crypto secure
"""


def _related() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for written in re.split("[/\n]", _GROUPS):
        group = [stem(word) for word in written.split()]
        for word in group:
            found.setdefault(word, {}).update(dict.fromkeys(group))
    return {word: tuple(each for each in others if each != word) for word, others in found.items()}


RELATED = _related()
"""By stem, the stems of other words for it."""
