#pragma once

#include "rootfs/nbd/chunk_job.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <string_view>
#include <thread>
#include <vector>

namespace farboot::rootfs
{

/// Brings all of a pinned image onto the local disk, where it then stays: the PC boots it with no server at all. Works
/// on a thread of its own, one request at a time, past the cache in memory. Needs a disk.
class ImageFill
{
public:
    enum class State {
        filling,
        complete, ///< all of it is on the disk
        no_room,  ///< the disk is too small, or cannot be written any more
        stopped,
    };
    struct Status {
        State state = State::filling;
        std::uint64_t chunks = 0;  ///< of the image, those of zeros left out; 0: not known yet
        std::uint64_t present = 0; ///< so many of them are known to be on the disk
    };

    /// Begins at once.
    explicit ImageFill(std::shared_ptr<JobImage> image);
    ~ImageFill();
    ImageFill(const ImageFill&) = delete;
    ImageFill& operator=(const ImageFill&) = delete;

    [[nodiscard]] Status status() const { return {state_, chunks_, present_}; }

private:
    void run(const std::stop_token& stop);
    [[nodiscard]] State fill(const Patience& patience);
    /// False when stopped.
    [[nodiscard]] bool fill_page(const std::shared_ptr<const ManifestPage>& page, const Patience& patience);
    /// Chunks of the page that are not on the disk; those that are stay there.
    [[nodiscard]] std::vector<std::size_t> missing_of(const ManifestPage& page);
    /// Fetches the first of them, and those behind it that one request brings, from the first source that is good.
    [[nodiscard]] Result<void> fetch(const ManifestPage& page, const Patience& patience);
    [[nodiscard]] Result<void> stream(const Source& source, const ManifestPage& page, const Places& places,
                                      bool bypass_caches, const Patience& patience);

    std::shared_ptr<JobImage> image_;
    std::atomic<State> state_{State::filling};
    std::atomic<std::uint64_t> chunks_{0};
    std::atomic<std::uint64_t> present_{0};
    std::jthread thread_; // last: it uses the others
};

/// "filling", "complete", …
[[nodiscard]] std::string_view to_text(ImageFill::State state);

} // namespace farboot::rootfs
