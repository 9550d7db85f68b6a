package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// cpu is the processor's time that a process has taken: the sum over its threads
// of /proc/PID/task/TID/schedstat, in nanoseconds (Linux,
// Documentation/scheduler/sched-stats.rst), where that is more than what
// /proc/PID/stat tells in ticks, which also knows of threads that have ended.
func (p *process) cpu() (time.Duration, error) {
	pid := p.cmd.Process.Pid
	var sum uint64
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	if err != nil {
		return 0, err
	}
	for _, name := range threads {
		data, err := os.ReadFile(name)
		if err != nil {
			continue // the thread has ended
		}
		if fields := bytes.Fields(data); len(fields) == 3 {
			n, err := strconv.ParseUint(string(fields[0]), 10, 64)
			if err != nil {
				return 0, fmt.Errorf("%s: %w", name, err)
			}
			sum += n
		}
	}
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	// The fields behind the name, which may hold spaces; utime and stime are the 14th and 15th (proc(5)), in 1/100 s.
	fields := bytes.Fields(data[bytes.LastIndexByte(data, ')')+1:])
	if len(fields) < 13 {
		return 0, fmt.Errorf("/proc/%d/stat has %d fields", pid, len(fields))
	}
	var ticks uint64
	for _, f := range fields[11:13] {
		n, err := strconv.ParseUint(string(f), 10, 64)
		if err != nil {
			return 0, fmt.Errorf("/proc/%d/stat: %w", pid, err)
		}
		ticks += n
	}
	return max(time.Duration(sum), time.Duration(ticks)*10*time.Millisecond), nil
}

// memory is what a process has in memory, in MiB.
func (p *process) memory() (float64, error) {
	name := fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid)
	data, err := os.ReadFile(name)
	if err != nil {
		return 0, err
	}
	for line := range bytes.Lines(data) {
		if rest, ok := bytes.CutPrefix(line, []byte("VmRSS:")); ok {
			kib, err := strconv.ParseFloat(string(bytes.Fields(rest)[0]), 64)
			return kib / 1024, err
		}
	}
	return 0, fmt.Errorf("%s has no VmRSS", name)
}

// pin keeps this process, and what it starts from now on, on one core.
func pin(core int) error {
	var set unix.CPUSet
	set.Set(core)
	for range 2 { // a thread that begins meanwhile is caught by the second time
		tasks, err := os.ReadDir("/proc/self/task")
		if err != nil {
			return err
		}
		for _, t := range tasks {
			id, err := strconv.Atoi(t.Name())
			if err != nil {
				return err
			}
			if err := unix.SchedSetaffinity(id, &set); err != nil && err != unix.ESRCH {
				return fmt.Errorf("core %d: %w", core, err)
			}
		}
	}
	return nil
}

// unpin lets this process and what it starts use all cores again.
func unpin(all unix.CPUSet) {
	tasks, _ := os.ReadDir("/proc/self/task")
	for _, t := range tasks {
		if id, err := strconv.Atoi(t.Name()); err == nil {
			_ = unix.SchedSetaffinity(id, &all)
		}
	}
}
