int sample;
