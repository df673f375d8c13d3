#include "rootfs/fetch/parts.hpp"

#include <algorithm>
#include <utility>

namespace farboot::rootfs
{

HttpClient::Sink Parts::sink_of(std::size_t part)
{
    return [self = shared_from_this(), part](Bytes piece) { return self->take(part, piece); };
}

HttpClient::Done Parts::done_of(std::size_t part)
{
    return [self = shared_from_this(), part](Result<HttpResponse> result) { self->finish(part, std::move(result)); };
}

bool Parts::take(std::size_t number, Bytes piece)
{
    if (failure_)
        return false;
    auto& part = parts_[number];
    part.missing -= std::min<std::uint64_t>(part.missing, piece.size());
    if (number == turn_)
        return give(piece);
    part.waiting.append(reinterpret_cast<const char*>(piece.data()), piece.size());
    return true;
}

bool Parts::give(Bytes piece)
{
    if (ended_)
        fail_with({"truncated", "A part of the answer is shorter than it should be. Try again."});
    return !ended_ && sink_(piece);
}

void Parts::finish(std::size_t part, Result<HttpResponse> result)
{
    --running_;
    const auto behind_the_end = !result && may_be_cut_ && part > 0 && result.error().reason == "http-416";
    if (result || behind_the_end) {
        parts_[part].over = true;
        if (part == 0)
            first_ = std::move(*result);
        if (!failure_)
            go_on();
    } else {
        fail_with(std::move(result.error()));
    }
    if (running_ > 0)
        return;
    if (failure_)
        done_(std::unexpected(std::move(*failure_)));
    else
        done_(std::move(*first_));
}

void Parts::go_on()
{
    while (turn_ < parts_.size() && parts_[turn_].over) {
        ended_ = ended_ || parts_[turn_].missing > 0;
        if (++turn_ == parts_.size())
            return;
        const auto waiting = std::exchange(parts_[turn_].waiting, {});
        if (!waiting.empty() && !give(as_bytes(waiting)))
            return fail_with({"cancelled", "The transfer was cancelled."});
    }
}

void Parts::fail_with(Error error)
{
    if (failure_)
        return; // what the others say comes of the first one's failure
    failure_ = std::move(error);
    stop_.request_stop();
}

} // namespace farboot::rootfs
