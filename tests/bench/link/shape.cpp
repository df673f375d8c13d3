#include "tests/bench/link/shape.hpp"

#include <algorithm>

namespace farboot::bench
{

namespace
{
constexpr double queue_seconds = 0.010;
constexpr double quantum_seconds = 0.0001;
constexpr std::uint64_t smallest_queue = 64 * 1024;
} // namespace

Duration LinkShape::time_for(std::uint64_t bytes) const
{
    return Duration(static_cast<std::int64_t>(static_cast<double>(bytes) * 1e9 / bytes_a_second));
}

std::uint64_t LinkShape::largest_window() const
{
    const auto in_time = [&](double seconds) { return static_cast<std::uint64_t>(bytes_a_second * seconds); };
    const auto product = in_time(std::chrono::duration<double>(round_trip).count());
    return std::min(product + std::max(smallest_queue, in_time(queue_seconds)), receive_window);
}

std::uint64_t LinkShape::quantum() const
{
    return std::clamp<std::uint64_t>(static_cast<std::uint64_t>(bytes_a_second * quantum_seconds), 1448, 16'384);
}

} // namespace farboot::bench
