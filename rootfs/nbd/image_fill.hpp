#pragma once

#include "rootfs/nbd/chunk_job.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <random>
#include <string_view>
#include <thread>
#include <vector>

namespace farboot::rootfs
{

/// Brings all of a pinned image onto the local disk, where it stays as long as this lives: the PC boots it with no
/// server at all. What is there from before is read once; what the disk is found to have lost later comes again. Works
/// on a thread of its own, one request at a time, past the cache in memory. What every source lacks or has wrong, a
/// chunk or a page of the manifest, is put off: the rest comes first, then that is asked for again, after a second and
/// later a minute. Needs a disk.
class ImageFill
{
public:
    enum class State {
        filling,
        complete, ///< all of it is on the disk, as far as anybody has noticed
        no_room,  ///< the disk is too small, or cannot be written any more
        stopped,
    };
    struct Status {
        State state = State::filling;
        std::uint64_t chunks = 0;  ///< of the image, as far as they are known; those of zeros left out
        std::uint64_t present = 0; ///< so many of them are known to be on the disk
        std::uint64_t put_off = 0; ///< so many of the others are passed over for now
        /// So many more may be wanted, some of them zeros: which, says a page of the manifest that is passed over, too.
        std::uint64_t unknown = 0;
    };

    /// Begins at once. `keeper` is a new one of the disk.
    ImageFill(std::shared_ptr<JobImage> image, Keepers keeper);
    ~ImageFill(); ///< what no other image has pinned may go then
    ImageFill(const ImageFill&) = delete;
    ImageFill& operator=(const ImageFill&) = delete;

    [[nodiscard]] Status status() const;

private:
    /// A page as it was left.
    struct PageState {
        bool learnt = false;       ///< its chunks are counted
        bool kept = false;         ///< it is on the disk
        std::uint64_t missing = 0; ///< chunks
        std::uint64_t put_off = 0; ///< of them
        std::uint64_t unknown = 0; ///< chunks
        [[nodiscard]] bool is_whole() const { return kept && missing == 0; }
    };
    enum class Outcome {
        brought, ///< a source had all that was asked
        refused, ///< a source is there, and lacks what was asked or has it wrong; no other one could help
        away,    ///< nobody answers
    };

    void run(const std::stop_token& stop);
    void fill(const Patience& patience);
    /// Pins what is there from before, unread: it must not go while the rest comes.
    void pin_what_is_there(const ManifestRoot& root, const Patience& patience);
    /// Brings what can be had now of all pages that lack something, or, if all are doubted, of all. Once nobody
    /// answers, or the disk takes no more, the others are only looked at: what is there of them is to stay.
    void go_round(const ManifestRoot& root, bool doubted, const Patience& patience);
    /// After a round, during which nothing was lost.
    [[nodiscard]] State state_now(const ManifestRoot& root, const Patience& patience);
    /// Puts the page itself onto the disk: it is wanted without a server, too. False if that cannot be.
    [[nodiscard]] bool keep(const ManifestPage& page, const Digest& digest, const Patience& patience);
    /// Brings what can be had now of its chunks, unless it must not `ask`. False if nobody may be asked for more.
    [[nodiscard]] bool fill_page(const ManifestPage& page, PageState& state, bool ask, const Patience& patience);
    /// Tells status() what a page lacks now.
    void note(PageState& state, std::uint64_t missing, std::uint64_t put_off);
    void note_unknown(PageState& state, std::uint64_t unknown);
    /// Chunks of the page from this one on that are not on the disk; those that are stay there. All that have to be
    /// read for that are, in no hurry: somebody may be booting from the same disk.
    [[nodiscard]] std::vector<std::size_t> missing_of(const ManifestPage& page, std::size_t from,
                                                      const Patience& patience);
    /// Fetches the first of them, and those behind it that one request brings, from the first source that is good.
    [[nodiscard]] Outcome fetch(const ManifestPage& page, std::size_t from, const Patience& patience);
    [[nodiscard]] Result<void> stream(const Source& source, const ManifestPage& page, std::size_t from,
                                      const Places& places, bool bypass_caches, const Patience& patience);
    /// It is on the disk, and stays there.
    [[nodiscard]] bool has(const Digest& digest)
    {
        return image_->disk->pin(digest, keeper_) && image_->disk->check(digest, keeper_);
    }

    std::shared_ptr<JobImage> image_;
    const Keepers keeper_;
    std::atomic<State> state_{State::filling};
    std::atomic<std::uint64_t> chunks_{0};
    std::atomic<std::uint64_t> present_{0};
    std::atomic<std::uint64_t> put_off_{0};
    std::atomic<std::uint64_t> unknown_{0};
    std::atomic<std::uint64_t> heard_{0}; ///< the disk's news that state_ knows of
    std::vector<PageState> pages_;        ///< the thread's own
    std::minstd_rand random_{std::random_device{}()};
    std::jthread thread_; // last: it uses the others
};

/// "filling", "complete", …
[[nodiscard]] std::string_view to_text(ImageFill::State state);

} // namespace farboot::rootfs
