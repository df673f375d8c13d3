#include "rootfs/nbd/chunk_receiver.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace farboot::rootfs
{

ChunkReceiver::ChunkReceiver(std::vector<Expected> expected, Landed landed, Wanted wanted)
    : expected_(std::move(expected)), landed_(std::move(landed)), wanted_(std::move(wanted))
{
}

bool ChunkReceiver::take(Bytes piece)
{
    while (state_ && !piece.empty() && next_ < expected_.size()) {
        const auto& chunk = expected_[next_];
        if (position_ < chunk.offset) { // a gap
            const auto skip = std::min<std::uint64_t>(chunk.offset - position_, piece.size());
            position_ += skip;
            piece = piece.subspan(skip);
            continue;
        }
        if (position_ == chunk.offset && wanted_ && !wanted_(next_)) { // what comes of it is a gap
            ++next_;
            continue;
        }
        if (!plain_)
            begin_chunk();
        const auto part = piece.first(std::min<std::size_t>(piece.size(), chunk.stored_length - received_));
        std::memcpy((is_raw(chunk) ? *plain_ : stored_).data() + received_, part.data(), part.size());
        received_ += part.size();
        position_ += part.size();
        piece = piece.subspan(part.size());
        if (received_ == chunk.stored_length && !finish_chunk())
            break;
    }
    return state_.has_value();
}

bool ChunkReceiver::is_raw(const Expected& chunk)
{
    return chunk.stored_length == chunk.ref.length;
}

void ChunkReceiver::begin_chunk()
{
    const auto& chunk = expected_[next_];
    plain_ = std::make_shared<ChunkBytes>(chunk.ref.length);
    received_ = 0;
    if (!is_raw(chunk)) // a raw one comes right to where it stays
        stored_.resize(chunk.stored_length);
}

bool ChunkReceiver::finish_chunk()
{
    const auto& chunk = expected_[next_];
    state_ = decode_chunk(is_raw(chunk) ? *plain_ : stored_, chunk.ref.digest, *plain_);
    if (!state_)
        return false;
    landed_(next_++, std::exchange(plain_, nullptr));
    return true;
}

} // namespace farboot::rootfs
