#include "rootfs/system/vm_traces.hpp"

#include "rootfs/nbd/control_socket.hpp"
#include "tests/unit/rootfs/fetch/authority.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>
#include <optional>
#include <vector>

namespace farboot::rootfs
{
namespace
{

using namespace std::chrono_literals;
using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// A reader's control socket, whose exports the test makes, and a server that takes traces or does not.
class VmTracesTest : public testing::Test
{
protected:
    void SetUp() override
    {
        socket_.emplace(ControlSocket::listen(folder_.path() / "control.sock").value());
        socket_->serve([this](std::string_view line, uid_t) { return answer(json::parse(line)).dump(); });
    }
    json answer(const json& question)
    {
        const std::lock_guard lock(mutex_);
        if (question.at("version") != 1)
            return {{"ok", false}};
        if (question.at("command") == "trace") {
            ++asked_;
            return {{"ok", true}, {"trace", "trace of " + question.at("export").get<std::string>()}};
        }
        return {{"ok", true}, {"waiting", waiting_}, {"exports", exports_}};
    }
    void offer(json exports, bool waiting = false)
    {
        const std::lock_guard lock(mutex_);
        exports_ = std::move(exports);
        waiting_ = waiting;
    }
    /// An image that was added `age` before the test began.
    static json image(const std::string& name, std::uint64_t traced, std::chrono::seconds age = 0s)
    {
        return {{"name", name}, {"traced", traced}, {"added_ms", milliseconds_of(begun - age)}};
    }
    static std::uint64_t milliseconds_of(VmTraces::Clock::time_point time)
    {
        return static_cast<std::uint64_t>(
            std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count());
    }
    /// So long after the test has begun.
    bool look(std::chrono::seconds when) { return traces_.look(begun + when); }
    int asked()
    {
        const std::lock_guard lock(mutex_);
        return asked_;
    }

    static constexpr VmTraces::Clock::time_point begun{24h};
    testing_fetch::Folder folder_;
    std::mutex mutex_;
    json exports_ = json::array();
    bool waiting_ = false;
    int asked_ = 0;
    std::optional<ControlSocket> socket_;
    bool enrolled_ = true;
    std::string refusal_; ///< the server's; empty: it takes what comes
    std::vector<std::string> sent_;
    std::vector<std::string> said_;
    VmTraces traces_{{.reader = folder_.path() / "control.sock", .quiet = 60s, .longest = 600s},
                     [this](const std::string& what, const std::string& trace) -> Result<void> {
                         if (!refusal_.empty())
                             return std::unexpected(Error{refusal_, "The server does not want it."});
                         sent_.push_back(what + ": " + trace);
                         return {};
                     },
                     [this](std::string_view sentence) { said_.emplace_back(sentence); },
                     [this] { return enrolled_; }};
};

TEST_F(VmTracesTest, SendsOnceWhenNothingNewIsRead)
{
    offer({image("vm/tiny@3", 0)});
    EXPECT_TRUE(look(0s));
    EXPECT_TRUE(look(90s));
    EXPECT_EQ(asked(), 0) << "it has not read anything";
    offer({image("vm/tiny@3", 100)});
    EXPECT_TRUE(look(100s));
    offer({image("vm/tiny@3", 200)});
    EXPECT_TRUE(look(130s));
    EXPECT_TRUE(look(189s));
    EXPECT_EQ(asked(), 0) << "59 s";
    EXPECT_TRUE(look(190s));
    EXPECT_THAT(sent_, ElementsAre("trace/vm/tiny/3: trace of vm/tiny@3"));
    EXPECT_TRUE(look(300s));
    offer({image("vm/tiny@3", 900)});
    EXPECT_TRUE(look(400s));
    EXPECT_TRUE(look(900s));
    EXPECT_EQ(asked(), 1) << "somebody works with it";
}

TEST_F(VmTracesTest, SendsAfterAWhileWhatIsNeverQuiet)
{
    for (auto when = 0s; when < 600s; when += 30s) {
        offer({image("vm/tiny@3", static_cast<std::uint64_t>(when.count() + 1))});
        EXPECT_TRUE(look(when));
    }
    EXPECT_THAT(sent_, IsEmpty());
    offer({image("vm/tiny@3", 1000)});
    EXPECT_TRUE(look(600s));
    EXPECT_THAT(sent_, ElementsAre("trace/vm/tiny/3: trace of vm/tiny@3"));
}

TEST_F(VmTracesTest, AMachineThatWaitsForTheNetworkIsNotQuiet)
{
    offer({image("vm/tiny@3", 5)}, true);
    for (auto when = 0s; when <= 900s; when += 30s)
        EXPECT_TRUE(look(when));
    EXPECT_EQ(asked(), 0);
    offer({image("vm/tiny@3", 5)});
    EXPECT_TRUE(look(910s));
    EXPECT_EQ(asked(), 1) << "it has had its time";
}

TEST_F(VmTracesTest, AnotherStartIsAnotherTrace)
{
    offer({image("vm/tiny@3", 100)});
    EXPECT_TRUE(look(0s));
    EXPECT_TRUE(look(60s));
    ASSERT_EQ(sent_.size(), 1U);
    auto again = image("vm/tiny@3", 100); // as much as the one before, between two looks
    again["added_ms"] = milliseconds_of(begun + 70s);
    offer({again, image("vm/other@1", 7)});
    EXPECT_TRUE(look(90s));
    EXPECT_TRUE(look(149s));
    EXPECT_EQ(sent_.size(), 1U);
    EXPECT_TRUE(look(150s));
    EXPECT_THAT(sent_, ElementsAre("trace/vm/tiny/3: trace of vm/tiny@3", "trace/vm/tiny/3: trace of vm/tiny@3",
                                   "trace/vm/other/1: trace of vm/other@1"));
}

TEST_F(VmTracesTest, AMachineThatEndsBeforeItsMarkSendsNothing)
{
    offer({image("vm/tiny@3", 100)});
    EXPECT_TRUE(look(0s));
    EXPECT_TRUE(look(30s));
    offer(json::array());
    EXPECT_TRUE(look(60s));
    EXPECT_TRUE(look(700s));
    EXPECT_EQ(asked(), 0);
}

TEST_F(VmTracesTest, WhatItDidNotSeeStartIsNoStart)
{
    offer({image("vm/old@1", 100, 601s), image("vm/young@1", 100, 599s)});
    EXPECT_TRUE(look(0s));
    EXPECT_TRUE(look(60s));
    EXPECT_THAT(sent_, ElementsAre("trace/vm/young/1: trace of vm/young@1"));
}

TEST_F(VmTracesTest, OnlyVirtualMachinesAreSent)
{
    auto without = image("vm/older-reader@1", 5);
    without.erase("added_ms");
    offer({image("boot/debian@3", 100), image("gui/standard@1", 100), image("vm/../x@1", 5), image("vm/tiny", 5),
           image("vm/tiny@three", 5), without, 5, nullptr});
    EXPECT_TRUE(look(0s));
    EXPECT_TRUE(look(600s));
    EXPECT_EQ(asked(), 0);
}

TEST_F(VmTracesTest, AServerThatIsAwayGetsItLater)
{
    refusal_ = "unreachable";
    auto exports = json::array();
    for (int number = 1; number <= 10; ++number)
        exports.push_back(image(fmt::format("vm/tiny-{:02}@1", number), 5));
    offer(exports);
    EXPECT_TRUE(look(0s));
    EXPECT_TRUE(look(60s));
    EXPECT_EQ(asked(), 10);
    auto again = image("vm/tiny-10@1", 5);
    again["added_ms"] = milliseconds_of(begun + 70s);
    offer({again});
    refusal_ = "http-503";
    EXPECT_TRUE(look(90s));
    EXPECT_TRUE(look(150s));
    EXPECT_EQ(asked(), 11);
    offer(json::array()); // they have ended meanwhile
    refusal_.clear();
    EXPECT_TRUE(look(180s));
    ASSERT_EQ(sent_.size(), 8U) << "the newest, one of each record";
    EXPECT_THAT(sent_.front(), HasSubstr("vm/tiny-03/1"));
    EXPECT_THAT(sent_.back(), HasSubstr("vm/tiny-10/1"));
    EXPECT_TRUE(look(210s));
    EXPECT_EQ(sent_.size(), 8U);
}

TEST_F(VmTracesTest, AServerThatDoesNotKnowTheImageIsNotAskedAgain)
{
    refusal_ = "http-404";
    offer({image("vm/tiny@3", 5)});
    EXPECT_TRUE(look(0s));
    EXPECT_TRUE(look(60s));
    refusal_.clear();
    EXPECT_TRUE(look(90s));
    EXPECT_THAT(sent_, IsEmpty());
    EXPECT_THAT(said_, ElementsAre("The server does not want it."));
}

TEST_F(VmTracesTest, APcThatIsEnrolledWhileItRunsSendsWhatItHasKept)
{
    enrolled_ = false;
    offer({image("vm/tiny@3", 5)});
    EXPECT_TRUE(look(0s));
    EXPECT_THAT(said_, IsEmpty()) << "there is nothing to send";
    EXPECT_TRUE(look(60s));
    EXPECT_TRUE(look(90s));
    EXPECT_THAT(sent_, IsEmpty());
    EXPECT_THAT(said_, ElementsAre(HasSubstr("once this PC is enrolled")));
    offer(json::array());
    enrolled_ = true;
    EXPECT_TRUE(look(120s));
    EXPECT_THAT(sent_, ElementsAre("trace/vm/tiny/3: trace of vm/tiny@3"));
}

TEST_F(VmTracesTest, APcThatIsRefusedIsSilentAfterwards)
{
    refusal_ = "http-403";
    offer({image("vm/tiny@3", 5)});
    EXPECT_TRUE(look(0s));
    EXPECT_FALSE(look(60s)) << "and is not called again";
    EXPECT_THAT(said_, ElementsAre(HasSubstr("The server does not want it.")));
}

TEST_F(VmTracesTest, WithoutAReaderThereIsNothingToDo)
{
    socket_.reset();
    EXPECT_TRUE(look(0s));
    EXPECT_THAT(said_, IsEmpty());
}

TEST_F(VmTracesTest, AReaderThatIsStartedAnewInBetweenChangesNothing)
{
    offer({image("vm/tiny@3", 100)});
    EXPECT_TRUE(look(0s));
    EXPECT_TRUE(look(60s));
    socket_.reset();
    EXPECT_TRUE(look(90s));
    SetUp();
    EXPECT_TRUE(look(120s));
    EXPECT_TRUE(look(400s));
    EXPECT_EQ(sent_.size(), 1U);
}

TEST_F(VmTracesTest, WatchesUntilItIsStopped)
{
    auto now = image("vm/tiny@3", 5);
    now["added_ms"] = milliseconds_of(VmTraces::Clock::now());
    offer({now});
    std::stop_source stop;
    VmTraces traces(
        {.reader = folder_.path() / "control.sock", .quiet = 0s, .longest = 600s},
        [&](const std::string&, const std::string&) -> Result<void> {
            stop.request_stop();
            return {};
        },
        [](std::string_view) {}, [] { return true; });
    traces.watch(stop.get_token());
    EXPECT_EQ(asked(), 1);
}

} // namespace
} // namespace farboot::rootfs
