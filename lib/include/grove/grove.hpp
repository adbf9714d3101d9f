// SPDX-License-Identifier: MIT
#pragma once

#include <grove/actor.hpp>
#include <grove/async_result.hpp>
#include <grove/blocked_watch.hpp>
#include <grove/channel.hpp>
#include <grove/condition.hpp>
#include <grove/context_var.hpp>
#include <grove/datagram_server.hpp>
#include <grove/datagram_socket.hpp>
#include <grove/deadline.hpp>
#include <grove/deadline_scope.hpp>
#include <grove/dial.hpp>
#include <grove/digest.hpp>
#include <grove/dns.hpp>
#include <grove/endpoint.hpp>
#include <grove/error.hpp>
#include <grove/event.hpp>
#include <grove/explore.hpp>
#include <grove/file.hpp>
#include <grove/folder.hpp>
#include <grove/greenlet.hpp>
#include <grove/group.hpp>
#include <grove/histogram.hpp>
#include <grove/http_client.hpp>
#include <grove/http_connection.hpp>
#include <grove/http_date.hpp>
#include <grove/hub.hpp>
#include <grove/ip_address.hpp>
#include <grove/lifo_queue.hpp>
#include <grove/local.hpp>
#include <grove/mutex.hpp>
#include <grove/nursery.hpp>
#include <grove/pipe.hpp>
#include <grove/pool.hpp>
#include <grove/priority_queue.hpp>
#include <grove/process.hpp>
#include <grove/queue.hpp>
#include <grove/remote_event.hpp>
#include <grove/remote_queue.hpp>
#include <grove/remote_result.hpp>
#include <grove/remote_semaphore.hpp>
#include <grove/select.hpp>
#include <grove/semaphore.hpp>
#include <grove/signals.hpp>
#include <grove/simulation.hpp>
#include <grove/snapshot.hpp>
#include <grove/socket.hpp>
#include <grove/standard_streams.hpp>
#include <grove/stream_server.hpp>
#include <grove/thread_pool.hpp>
#include <grove/timeout.hpp>
#include <grove/tls.hpp>
#include <grove/wait_any.hpp>

/// All of libgrove.so, for programs that would rather not choose; it takes longer to compile. What
/// is in libraries of its own is not here: grove/patch.hpp, grove/zmq.hpp.
