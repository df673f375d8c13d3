#include "rootfs/nbd/chunk_receiver.hpp"

#include <algorithm>

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
        const auto part = piece.first(std::min(piece.size(), chunk.stored_length - stored_.size()));
        stored_.insert(stored_.end(), part.begin(), part.end());
        position_ += part.size();
        piece = piece.subspan(part.size());
        if (stored_.size() == chunk.stored_length && !finish_chunk())
            break;
    }
    return state_.has_value();
}

bool ChunkReceiver::finish_chunk()
{
    const auto& ref = expected_[next_].ref;
    auto plain = std::make_shared<std::vector<std::byte>>(ref.length);
    state_ = decode_chunk(stored_, ref.digest, *plain);
    if (!state_)
        return false;
    stored_.clear();
    landed_(next_++, std::move(plain));
    return true;
}

} // namespace farboot::rootfs
