package collab_test

const serveEnv = "COLLAB_TEST_SERVE"

func serveUntilKilled(url string) {}
