#include "tests/bench/replay/trace.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

namespace farboot::bench
{
namespace
{

class TraceFile : public testing::Test
{
protected:
    ~TraceFile() override { std::filesystem::remove(file_); }

    Trace load(const std::string& text)
    {
        std::ofstream(file_) << text;
        return Trace::load(file_);
    }
    void expect_refused(const std::string& text, const std::string& word)
    {
        try {
            load(text);
            ADD_FAILURE() << "was taken: " << text;
        } catch (const std::runtime_error& error) {
            EXPECT_THAT(error.what(), testing::HasSubstr(word));
        }
    }

    std::string file_ = testing::TempDir() + "farboot-trace-test.csv";
};

const std::string head = "# farboot trace 1\n# manifest 00\n# image_bytes 8192\n";

TEST_F(TraceFile, HasPausesInSeconds)
{
    const auto trace = load(head + "# think_scale 0.5\nt_seconds,offset,length\n0.1,0,4096\n0.3,4096,4096\n");
    EXPECT_EQ(trace.image_bytes, 8192U);
    ASSERT_EQ(trace.reads.size(), 2U);
    EXPECT_NEAR(trace.reads[0].pause, 0.05, 1e-9);
    EXPECT_NEAR(trace.reads[1].pause, 0.1, 1e-9);
    EXPECT_EQ(trace.reads[1].offset, 4096U);
    EXPECT_EQ(trace.reads[1].length, 4096U);
}

TEST_F(TraceFile, RefusesWhatItDoesNotUnderstand)
{
    const std::string columns = "t_seconds,offset,length\n";
    expect_refused("# farboot trace 2\n" + columns + "0,0,1\n", "version 1");
    expect_refused(head + "0,0,4096\n", "header line");
    expect_refused(head + columns, "no reads");
    expect_refused(head + columns + "0,0,4096,9\n0,x,4096\n", "line 6");
    expect_refused(head + columns + "1,0,4096\n0.5,0,4096\n", "growing time");
    expect_refused(head + columns + "0,4096,8192\n", "within the image");
    expect_refused(head + columns + "0,0,0\n", "within the image");
}

} // namespace
} // namespace farboot::bench
