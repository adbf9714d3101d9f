// SPDX-License-Identifier: MIT

// Echoes WebSocket messages with gorilla/websocket. Prints its port and serves until killed.
package main

import (
	"fmt"
	"net"
	"net/http"
	"os"

	"github.com/gorilla/websocket"
)

var upgrader = websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}

func echo(w http.ResponseWriter, r *http.Request) {
	peer, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer peer.Close()
	for {
		kind, data, err := peer.ReadMessage()
		if err != nil {
			return
		}
		if err := peer.WriteMessage(kind, data); err != nil {
			return
		}
	}
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err == nil {
		fmt.Printf("websocket.port\t%d\tport\n", listener.Addr().(*net.TCPAddr).Port)
		err = http.Serve(listener, http.HandlerFunc(echo))
	}
	fmt.Fprintln(os.Stderr, "gorilla_echo:", err)
	os.Exit(1)
}
