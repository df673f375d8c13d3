#pragma once

#include "tests/bench/link/byte_ring.hpp"
#include "tests/bench/link/wire.hpp"

namespace farboot::bench
{

/// One direction of a connection: takes bytes from the sender's socket, lets the wire decide when they get through, and
/// gives them to the receiver's socket. The sockets are the connection's.
class Stream
{
public:
    Stream(Wire& wire, int from, int to, Time opens);
    ~Stream() { wire_.remove(flow_); }
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;

    /// epoll says that the socket has bytes, or room, again.
    void sender_ready() { readable_ = true; }
    void receiver_ready() { writable_ = true; }

    /// Takes what the sender has, as far as there is room.
    void fill(Time now);
    /// Gives the receiver what has been delivered, and the sender's end after everything else.
    void drain(Time now);

    /// fill() or drain() would do something now.
    [[nodiscard]] bool busy() const { return can_fill() || (writable_ && flow_.waiting() > 0); }
    /// When the receiver must hear of the sender's end.
    [[nodiscard]] Time ends() const;
    [[nodiscard]] bool over() const { return over_; }
    [[nodiscard]] const Flow& flow() const { return flow_; }

private:
    [[nodiscard]] bool can_fill() const;

    Wire& wire_;
    Flow flow_;
    ByteRing ring_;
    int from_;
    int to_;
    bool readable_ = true;
    bool writable_ = true;
    bool over_ = false;
    Time ended_ = Time::max(); ///< when the sender's end is there, if nothing is in front of it
};

} // namespace farboot::bench
