#include "pbl/agent/service.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/read_until.hpp>

#include <utility>

namespace farboot::agent
{

namespace
{

constexpr std::size_t max_line = 4096;

}

/// Lives until the program has ended, even if its Service is gone: somebody has to collect it.
struct Service::Run {
    Run(boost::asio::io_context& loop, System& operating_system, const Child& started)
        : system(operating_system), child(started), end(loop, started.pidfd), output(loop)
    {
        if (started.output >= 0)
            output.assign(started.output);
    }

    System& system;
    Child child;
    boost::asio::posix::stream_descriptor end;
    boost::asio::posix::stream_descriptor output;
    std::string buffer{};
    OnLine on_line{};
    OnExit on_exit{};
    bool ended = false;
};

Service::Service(boost::asio::io_context& loop, System& system) : loop_(loop), system_(system) {}

Service::~Service()
{
    if (!run_)
        return;
    run_->on_exit = nullptr;
    run_->on_line = nullptr;
    terminate();
}

Result<void> Service::start(const std::vector<std::string>& argv, OnLine on_line, OnExit on_exit)
{
    const auto child = system_.spawn(argv, on_line != nullptr);
    if (!child)
        return std::unexpected(child.error());
    if (run_)
        run_->on_line = nullptr; // last words of the one before
    run_ = std::make_shared<Run>(loop_, system_, *child);
    run_->on_line = std::move(on_line);
    run_->on_exit = std::move(on_exit);
    if (run_->on_line)
        read_lines(run_);
    wait_for_end(run_);
    return {};
}

bool Service::running() const
{
    return run_ && !run_->ended;
}

void Service::terminate()
{
    if (running())
        system_.terminate(run_->child);
}

void Service::read_lines(const std::shared_ptr<Run>& run)
{
    boost::asio::async_read_until(run->output, boost::asio::dynamic_buffer(run->buffer, max_line), '\n',
                                  [run](boost::system::error_code error, std::size_t length) {
                                      if (error ==
                                          boost::asio::error::not_found) { // a line longer than anything of interest
                                          run->buffer.clear();
                                      } else if (error) {
                                          return;
                                      } else {
                                          if (run->on_line)
                                              run->on_line(std::string_view(run->buffer).substr(0, length - 1));
                                          run->buffer.erase(0, length);
                                      }
                                      read_lines(run);
                                  });
}

void Service::wait_for_end(const std::shared_ptr<Run>& run)
{
    run->end.async_wait(boost::asio::posix::stream_descriptor::wait_read, [run](boost::system::error_code error) {
        if (error)
            return;
        const int status = run->system.reap(run->child);
        run->ended = true;
        if (auto on_exit = std::exchange(run->on_exit, nullptr))
            on_exit(status);
    });
}

} // namespace farboot::agent
