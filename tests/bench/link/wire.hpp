#pragma once

#include "tests/bench/link/flow.hpp"

#include <deque>
#include <vector>

namespace farboot::bench
{

/// One direction of the link: a wire that all flows share fairly, and the way behind it. Knows no clock: everything
/// happens at the moment at which it is due, however late it is told that the moment has come.
class Wire
{
public:
    explicit Wire(LinkShape shape) : shape_(shape) {}

    /// The flow is the caller's, and is removed before it goes.
    void add(Flow& flow) { flows_.push_back(&flow); }
    void remove(Flow& flow);

    /// Sends, delivers and acknowledges what is due up to now. Returns when there is something to do again if nothing
    /// else happens.
    Time advance(Time now);

    [[nodiscard]] const LinkShape& shape() const { return shape_; }

private:
    struct Segment {
        Flow* flow;
        std::uint64_t bytes;
        Time due;
    };

    /// Moves the flow whose turn it is to the front. Returns when it may send.
    [[nodiscard]] Time find_sender();
    void send(Time now);

    LinkShape shape_;
    std::deque<Flow*> flows_; ///< whose turn it is first
    Time free_{};             ///< when the wire is
    // Both in order of time: the wire is one, and the way has one length.
    std::deque<Segment> underway_;
    std::deque<Segment> unacknowledged_;
};

} // namespace farboot::bench
