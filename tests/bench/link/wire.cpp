#include "tests/bench/link/wire.hpp"

#include <algorithm>

namespace farboot::bench
{

void Wire::remove(Flow& flow)
{
    std::erase(flows_, &flow);
    const auto is_its = [&](const Segment& segment) { return segment.flow == &flow; };
    std::erase_if(underway_, is_its);
    std::erase_if(unacknowledged_, is_its);
}

Time Wire::advance(Time now)
{
    const auto due = [](const std::deque<Segment>& segments) {
        return segments.empty() ? Time::max() : segments.front().due;
    };
    for (;;) {
        const auto send_at = find_sender();
        const auto deliver_at = due(underway_);
        const auto acknowledge_at = due(unacknowledged_);
        const auto next = std::min({send_at, deliver_at, acknowledge_at});
        if (next > now)
            return next;
        if (next == acknowledge_at) {
            unacknowledged_.front().flow->acknowledge(unacknowledged_.front().bytes, next);
            unacknowledged_.pop_front();
        } else if (next == deliver_at) {
            auto segment = underway_.front();
            underway_.pop_front();
            segment.flow->deliver(segment.bytes);
            segment.due += shape_.round_trip / 2;
            unacknowledged_.push_back(segment);
        } else {
            send(next);
        }
    }
}

Time Wire::find_sender()
{
    auto earliest = Time::max();
    for (const auto* flow : flows_)
        if (flow->sendable() > 0)
            earliest = std::min(earliest, flow->ready());
    if (earliest == Time::max())
        return earliest;
    const auto start = std::max(earliest, free_);
    const auto sender =
        std::ranges::find_if(flows_, [&](const Flow* flow) { return flow->sendable() > 0 && flow->ready() <= start; });
    std::rotate(flows_.begin(), sender, std::next(sender));
    return start;
}

void Wire::send(Time now)
{
    auto* flow = flows_.front();
    flows_.pop_front();
    flows_.push_back(flow);
    const auto bytes = flow->send(shape_.quantum(), now);
    free_ = now + shape_.time_for(bytes);
    underway_.push_back({flow, bytes, free_ + shape_.round_trip / 2});
}

} // namespace farboot::bench
