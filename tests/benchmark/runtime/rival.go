// SPDX-License-Identifier: MIT

// The rival with the runtime of its own: goroutines on one core (the runner pins the process).
// `rival WORKLOAD [COUNT]` prints `metric<TAB>value<TAB>unit`; `rival echo` serves until killed.
package main

import (
	"fmt"
	"net"
	"os"
	"runtime"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"
)

type workload struct {
	count int
	run   func(name string, count int)
}

var workloads = map[string]workload{
	"yield_2":         {4_000_000, func(name string, count int) { yieldRing(name, count, 2) }},
	"yield_1000":      {4_000_000, func(name string, count int) { yieldRing(name, count, 1000) }},
	"spawn_join_1000": {1_000_000, func(name string, count int) { spawnJoin(name, count, 1000) }},
	"spawn_join_1":    {1_000_000, spawnJoinOne},
	"spawn_million":   {1_000_000, func(name string, count int) { spawnJoin(name, count, count) }},
	"channel":         {2_000_000, channel},
	"queue_128":       {5_000_000, queue128},
	"timeout":         {3_000_000, timeout},
	"semaphore":       {20_000_000, semaphore},
	"parked":          {1_000_000, parked},
	"echo":            {0, echo},
}

func report(metric string, value float64, unit string) {
	fmt.Printf("%s\t%.3f\t%s\n", metric, value, unit)
}

func reportEach(metric string, start time.Time, count int) {
	report(metric, float64(time.Since(start).Nanoseconds())/float64(count), "ns")
}

func yieldRing(name string, count, size int) {
	var done sync.WaitGroup
	done.Add(size)
	start := time.Now()
	for i := 0; i < size; i++ {
		go func() {
			for turn := 0; turn < count/size; turn++ {
				runtime.Gosched()
			}
			done.Done()
		}()
	}
	done.Wait()
	reportEach(name, start, count)
}

func spawnJoin(name string, count, batch int) {
	var done sync.WaitGroup
	start := time.Now()
	for made := 0; made < count; made += batch {
		done.Add(batch)
		for i := 0; i < batch; i++ {
			go done.Done()
		}
		done.Wait()
	}
	reportEach(name, start, count)
}

func spawnJoinOne(name string, count int) {
	done := make(chan struct{})
	start := time.Now()
	for i := 0; i < count; i++ {
		go func() { done <- struct{}{} }()
		<-done
	}
	reportEach(name, start, count)
}

func channel(name string, count int) {
	requests, answers := make(chan int), make(chan int)
	go func() {
		for request := range requests {
			answers <- request
		}
	}()
	start := time.Now()
	for i := 0; i < count/2; i++ {
		requests <- 1
		<-answers
	}
	reportEach(name, start, count)
	close(requests)
}

func queue128(name string, count int) {
	queue := make(chan int, 128)
	start := time.Now()
	go func() {
		for i := 0; i < count; i++ {
			queue <- i
		}
		close(queue)
	}()
	sum := 0
	for value := range queue {
		sum += value
	}
	reportEach(name, start, count)
	if sum != count*(count-1)/2 {
		panic("the queue lost a value")
	}
}

// The cheapest form: one timer, stopped and set again. A new timer each time costs four times that.
func timeout(name string, count int) {
	timer := time.NewTimer(30 * time.Second)
	start := time.Now()
	for i := 0; i < count; i++ {
		timer.Stop()
		timer.Reset(30 * time.Second)
	}
	reportEach(name, start, count)
}

// A mutex stands for a semaphore: the standard library has none, and a channel of one is slower.
func semaphore(name string, count int) {
	var mutex sync.Mutex
	start := time.Now()
	for i := 0; i < count; i++ {
		mutex.Lock()
		mutex.Unlock()
	}
	reportEach(name, start, count)
}

func residentBytes() float64 {
	text, _ := os.ReadFile("/proc/self/statm")
	pages, _ := strconv.Atoi(strings.Fields(string(text))[1])
	return float64(pages * os.Getpagesize())
}

func mappings() int {
	text, _ := os.ReadFile("/proc/self/maps")
	return strings.Count(string(text), "\n")
}

func parked(name string, count int) {
	gate := make(chan struct{})
	var started, done sync.WaitGroup
	started.Add(count)
	done.Add(count)
	residentBefore, mappingsBefore := residentBytes(), mappings()
	start := time.Now()
	for i := 0; i < count; i++ {
		go func() {
			started.Done()
			<-gate
			done.Done()
		}()
	}
	started.Wait()
	reportEach("parked.create", start, count)
	report("parked.count", float64(count), "greenlets")
	report("parked.memory", (residentBytes()-residentBefore)/float64(count), "B")
	report("parked.mappings", float64(mappings()-mappingsBefore), "mappings")
	close(gate)
	done.Wait()
}

func serveEcho(peer net.Conn) {
	defer peer.Close()
	buffer := make([]byte, 4096)
	for {
		n, err := peer.Read(buffer)
		if err != nil {
			return
		}
		if _, err = peer.Write(buffer[:n]); err != nil {
			return
		}
	}
}

func echo(name string, _ int) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, "rival:", err)
		os.Exit(1)
	}
	report("echo.port", float64(listener.Addr().(*net.TCPAddr).Port), "port")
	for {
		peer, err := listener.Accept()
		if err != nil {
			fmt.Fprintln(os.Stderr, "rival:", err)
			os.Exit(1)
		}
		go serveEcho(peer)
	}
}

func usage() {
	names := []string{}
	for name := range workloads {
		names = append(names, name)
	}
	sort.Strings(names)
	fmt.Fprintln(os.Stderr, "usage: rival WORKLOAD [COUNT]\nworkloads:", strings.Join(names, " "))
	os.Exit(2)
}

func main() {
	runtime.GOMAXPROCS(1)
	if len(os.Args) < 2 {
		usage()
	}
	chosen, known := workloads[os.Args[1]]
	if !known {
		usage()
	}
	count := chosen.count
	if len(os.Args) > 2 {
		count, _ = strconv.Atoi(os.Args[2])
	}
	chosen.run(os.Args[1], count)
}
