#include "rootfs/image/chunker.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace farboot::rootfs
{

namespace
{

constexpr std::size_t max_bytes = max_chunk_bytes;
/// Shorter runs of zeros stay inside chunks, where they compress to nothing anyway.
constexpr std::size_t min_zero_run = 16 * 1024;
static_assert(Chunker::lookahead >= max_bytes + min_zero_run);

/// One random number a byte value (splitmix64). Other numbers would cut elsewhere, and new versions of images would
/// share no chunk with old ones: never change them.
constexpr std::array<std::uint64_t, 256> make_gear()
{
    std::array<std::uint64_t, 256> gear{};
    std::uint64_t state = 0x466172626f6f7431;
    for (auto& value : gear) {
        state += 0x9e3779b97f4a7c15;
        auto mixed = state;
        mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
        value = mixed ^ (mixed >> 31);
    }
    return gear;
}

constexpr auto gear = make_gear();

std::size_t leading_zeros(Bytes data)
{
    // Whole blocks by memcmp with themselves: many times faster than byte by byte.
    constexpr std::size_t block = 4096;
    static constexpr std::array<std::byte, block> zeros{};
    std::size_t count = 0;
    while (data.size() - count >= block && std::memcmp(data.data() + count, zeros.data(), block) == 0)
        count += block;
    while (count < data.size() && data[count] == std::byte{0})
        ++count;
    return count;
}

/// Start of the first run of at least min_zero_run zeros, or the data's end.
std::size_t find_zero_run(Bytes data)
{
    // Such a run covers at least one of these positions; look around each.
    constexpr std::size_t step = min_zero_run / 2;
    for (std::size_t probe = 0; probe < data.size(); probe += step) {
        if (data[probe] != std::byte{0})
            continue;
        auto start = probe;
        while (start > 0 && data[start - 1] == std::byte{0})
            --start;
        if (leading_zeros(data.subspan(start, std::min(min_zero_run, data.size() - start))) == min_zero_run)
            return start;
    }
    return data.size();
}

/// FastCDC (Xia et al., 2016) with normalized chunking: a cut is hard to find before the average size and easy behind
/// it, so sizes lie close together. The high bits of the hash depend on the last 64 bytes.
std::size_t find_cut(Bytes data, std::size_t average_bytes)
{
    const int hard_shift = 64 - (std::countr_zero(average_bytes) + 2);
    const int easy_shift = 64 - (std::countr_zero(average_bytes) - 2);
    const auto min_bytes = average_bytes / 4;
    constexpr std::size_t hash_window = 64;
    const auto end = std::min(data.size(), max_bytes);
    if (end <= min_bytes)
        return end;
    std::uint64_t hash = 0;
    for (auto at = min_bytes - hash_window; at < min_bytes; ++at)
        hash = (hash << 1) + gear[static_cast<std::uint8_t>(data[at])];
    auto at = min_bytes;
    for (const auto hard_end = std::min(end, average_bytes); at < hard_end; ++at) {
        hash = (hash << 1) + gear[static_cast<std::uint8_t>(data[at])];
        if (hash >> hard_shift == 0)
            return at + 1;
    }
    for (; at < end; ++at) {
        hash = (hash << 1) + gear[static_cast<std::uint8_t>(data[at])];
        if (hash >> easy_shift == 0)
            return at + 1;
    }
    return end;
}

} // namespace

Chunker::Piece Chunker::next(Bytes window)
{
    if (chunking_ == Chunking::content)
        return next_by_content(window);
    const auto length = std::min(window.size(), bytes_);
    return {length, leading_zeros(window.first(length)) == length};
}

Chunker::Piece Chunker::next_by_content(Bytes window)
{
    // A window may end inside a run: what comes next continues it, however short.
    const auto zeros = leading_zeros(window);
    in_zero_run_ = zeros >= min_zero_run || (in_zero_run_ && zeros > 0);
    if (in_zero_run_)
        return {zeros, true};
    const auto run = find_zero_run(window.first(std::min(window.size(), max_bytes + min_zero_run)));
    return {find_cut(window.first(run), bytes_), false};
}

} // namespace farboot::rootfs
