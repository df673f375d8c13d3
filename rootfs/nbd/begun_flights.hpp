#pragma once

#include "rootfs/nbd/chunk_job.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace farboot::rootfs
{

/// Flights that were begun for a job that is not there yet. If it does not come about (no memory), whoever waits for
/// one of them asks for it himself: else he would wait for ever.
class BegunFlights
{
public:
    BegunFlights(ChunkCache& cache, const ManifestPage& page) : cache_(cache), page_(page) {}
    ~BegunFlights()
    {
        for (const auto& item : items_)
            cache_.fail_flight(page_.chunks[item.chunk].digest, item.flight, {dropped_reason, {}});
    }
    BegunFlights(const BegunFlights&) = delete;
    BegunFlights& operator=(const BegunFlights&) = delete;

    /// Before a flight is begun, which could not be added afterwards.
    void make_room()
    {
        if (items_.size() == items_.capacity())
            items_.reserve(std::max<std::size_t>(16, 2 * items_.size()));
    }
    void add(ChunkJob::Item item) { items_.push_back(std::move(item)); }
    /// It has landed.
    void remove_last() { items_.pop_back(); }
    [[nodiscard]] const std::vector<ChunkJob::Item>& items() const { return items_; }
    [[nodiscard]] std::vector<ChunkJob::Item> hand_over() { return std::exchange(items_, {}); }

private:
    ChunkCache& cache_;
    const ManifestPage& page_;
    std::vector<ChunkJob::Item> items_;
};

} // namespace farboot::rootfs
